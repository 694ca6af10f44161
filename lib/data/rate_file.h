#pragma once
/*
 * How much each person may still change: a bucket for each, of which every change takes one, and which fills
 * by so many a minute (ASVS 2.4.1). All workers of all functions share it, whichever of them is asked.
 *
 * A bucket is eight bytes in a file beside the database, at the place of the person's id: when it will be
 * full again. So nobody waits for the database to be told "too often", and no row is written to count what is
 * written. Two workers at the same instant may count one change instead of two, which harms nobody. If the
 * file is lost, all buckets are full.
 */

#include "base/base.h"

/* A full bucket holds what fills it in so many minutes: whoever brings over a list of tasks does not wait. */
enum { RATE_BUCKET_MINUTES = 10 };

/* A descriptor; -1: the file cannot be had, and nothing is bounded then. */
int rate_file_open(const char *database);

/* True if `id` may change something at `now` (Unix seconds), which is counted then; else *wait_s says when to
 * come back. `a_minute` is how many may last. */
MUST_CHECK bool rate_file_take(int file, int64_t id, int64_t now, int64_t a_minute, int64_t *wait_s);
