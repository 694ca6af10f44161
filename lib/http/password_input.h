#pragma once
/* Passwords that a form brings, checked, with what is wrong said beside their fields. */

#include "http/request.h"

/* False where it cannot be this person's: the fault is noted (respond_faults). */
MUST_CHECK bool password_input_check(struct request *request, const char *field, const char *password,
                                     const char *email, const char *name);

/* Asks who is signed in for her present password; NULL: none was given. False where it is not that, or too
 * many were not: that is answered already, to a plain browser with the form. */
MUST_CHECK bool password_input_confirm(struct request *request, const char *field, const char *password);

/* The same, and where she has a second factor for its code, too, or a recovery code; in the field `code`. */
MUST_CHECK bool password_input_confirm_twice(struct request *request, const char *field, const char *password,
                                             const char *code);
