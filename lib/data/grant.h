#pragma once
/* What a program may do with which table: declared as data, enforced by the database engine. */

#include "base/base.h"

enum {
    MAY_READ = 1,
    MAY_INSERT = 2,
    MAY_UPDATE = 4,
    MAY_DELETE = 8,
};

struct grant {
    const char *table; /* or "user.password_hash": a secret column, which the table's own grant leaves out */
    unsigned verbs;    /* MAY_... */
};
