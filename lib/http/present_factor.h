#pragma once
/* How the functions of the second factor answer: JSON for programs, its page for a plain browser. */

#include "domain/factor.h"
#include "http/request.h"

/* Answers what there is, and of one that is begun the secret; or that it cannot be read. */
void respond_factor(struct request *request, int status);

/* 422 with the request's faults; for a plain browser the page with each at its field. */
void respond_factor_faults(struct request *request);

/* The recovery codes, this once. */
void respond_recovery_codes(struct request *request, const struct factor_confirmed *confirmed);
