#pragma once
/* The schema's history: numbered SQL texts from db/sqlite, each applied once, in a transaction of its own. */

#include "base/arena.h"

struct migration {
    const char *name;
    const char *sql;
    bool is_contract; /* programs of before cannot work with what it leaves, see schema.h */
};

/* Generated from db/sqlite, in order. */
extern const struct migration MIGRATIONS[];
extern const size_t MIGRATION_COUNT;

/*
 * Makes the database if there is none (mode 0640) and applies what it lacks, holding the write turn. *applied
 * is the number of migrations done. False with *error set; migrations before the failing one stay, it leaves
 * nothing. A file that is not ours, or of a newer release that this program cannot work with, is refused
 * untouched.
 */
MUST_CHECK bool migrate(const char *path, struct arena *arena, size_t *applied, const char **error);
