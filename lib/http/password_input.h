#pragma once
/* The password that somebody chooses, checked, with what is wrong said beside its field. */

#include "http/request.h"

/* False where it cannot be this person's: the fault is noted (respond_faults). */
MUST_CHECK bool password_input_check(struct request *request, const char *field, const char *password,
                                     const char *email, const char *name);
