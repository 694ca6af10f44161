#pragma once
/* What unit tests share: cmocka with the headers it needs before it, and a fresh database. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* These stand before cmocka.h, which uses them without including them. */
#include <cmocka.h>

#include "data/db.h"
#include "data/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A database in a directory of its own, migrated; removed by fresh_remove. */
struct fresh {
    char directory[32];
    char path[64];
    struct arena *arena;
};

static inline void fresh_make(struct fresh *fresh) {
    (void)snprintf(fresh->directory, sizeof(fresh->directory), "/tmp/pumasi-unit.XXXXXX");
    assert_non_null(mkdtemp(fresh->directory));
    (void)snprintf(fresh->path, sizeof(fresh->path), "%s/pumasi.db", fresh->directory);
    fresh->arena = arena_new();
    size_t applied = 0;
    const char *error = NULL;
    if (!migrate(fresh->path, fresh->arena, &applied, &error))
        fail_msg("%s", error);
    assert_int_equal(applied, MIGRATION_COUNT);
}

static inline struct db *fresh_open(const struct fresh *fresh, bool is_read_only, const struct grant *grants,
                                    size_t count) {
    const struct db_options options = {
        .path = fresh->path, .is_read_only = is_read_only, .grants = grants, .grant_count = count};
    struct db *db = NULL;
    const char *error = NULL;
    if (db_open(&options, fresh->arena, &db, &error) != DB_OPENED)
        fail_msg("%s", error);
    return db;
}

static inline void fresh_remove(struct fresh *fresh) {
    static const char *const endings[] = {"", "-wal", "-shm", "-turn"};
    for (size_t i = 0; i < COUNT(endings); i++)
        (void)unlink(arena_print(fresh->arena, "%s%s", fresh->path, endings[i]));
    (void)rmdir(fresh->directory);
    arena_free(fresh->arena);
}
