#pragma once
/* Passwords that a form brings, checked, with what is wrong said beside their fields. */

#include "http/page_account.h"

/* False where it cannot be this person's: the fault is noted (respond_faults). */
MUST_CHECK bool password_input_check(struct request *request, const char *field, const char *password,
                                     const char *email, const char *name);

/* Asks who is signed in for her present password. False where it is not that, or too many were not: that is
 * answered already, to a plain browser with the form. */
MUST_CHECK bool password_input_confirm(struct request *request, const char *field, const char *password,
                                       const struct account_form *form);
