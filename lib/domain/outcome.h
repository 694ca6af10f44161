#pragma once
/* How an action of the domain ended. Everything but OUTCOME_OK changed nothing. */

#include "data/db.h"

enum outcome {
    OUTCOME_OK,
    OUTCOME_NOT_FOUND, /* there is no such thing, or it lies in the bin */
    OUTCOME_FORBIDDEN, /* this person may not */
    OUTCOME_EXISTS,    /* the name is taken */
    OUTCOME_CONFLICT,  /* somebody else changed the same */
    OUTCOME_INVALID,   /* a value names something that is not there */
    OUTCOME_THROTTLED, /* too many tries; later */
    OUTCOME_BUSY,      /* the database was held for too long */
    OUTCOME_FAILED,    /* the database failed; db_error tells the administrator */
};

/* What a result of the database means where only success was expected. */
enum outcome outcome_of(enum db_result result);
