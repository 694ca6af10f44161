#pragma once
/*
 * Copies of the database, made while it is in use and checked before they count; and the way back.
 *
 * A copy is one file, without a journal beside it, of one state: what was committed when it began. Making it
 * holds no lock that a writer waits for.
 */

#include "base/arena.h"

/* Writes a copy of `database` to the file `copy` (mode 0600), which must not exist: on disk and whole when it
 * returns true, else not there at all and *error (in the arena) set. */
MUST_CHECK bool backup_make(const char *database, const char *copy, struct arena *arena, const char **error);

/* Whether a file is a whole database of ours that this release can read or migrate; else *error is set. */
MUST_CHECK bool backup_check(const char *path, struct arena *arena, const char **error);

/*
 * Puts the state of the file `copy` into `database`, made if there is none, also while functions run: to them
 * it is one transaction. The log and all numbers go on from where `database` was, so that no number is given
 * twice and no cache takes the old state for the new. Everybody is signed out. The copy itself is left as it
 * is; one of an older release is migrated on the way. False with *error set: `database` is as it was.
 */
MUST_CHECK bool backup_restore(const char *copy, const char *database, struct arena *arena,
                               const char **error);
