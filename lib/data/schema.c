#include "data/schema.h"

#include "data/db_sqlite.h"
#include "data/migration.h"

enum {
    STEP = 10000,
    FIRST_TO_SHARE = 13, /* programs of older schemas know nothing of this */
};

int schema_mark(size_t number) {
    size_t oldest = FIRST_TO_SHARE;
    for (size_t i = oldest; i < number; i++)
        if (MIGRATIONS[i].is_contract)
            oldest = i + 1;
    return (int)(oldest < number ? oldest * STEP + number : number);
}

int64_t schema_number(int64_t user_version) {
    return user_version % STEP;
}

static bool is_too_new(int64_t user_version) {
    int64_t oldest = user_version / STEP;
    return schema_number(user_version) > (int64_t)MIGRATION_COUNT &&
           (oldest == 0 || oldest > (int64_t)MIGRATION_COUNT);
}

enum db_open_result schema_check(sqlite3 *handle, const char *path, struct arena *arena, const char **error) {
    int64_t application = sqlite_pragma(handle, "application_id");
    int64_t version = sqlite_pragma(handle, "user_version");
    *error = NULL;
    if (application < 0 || version < 0) {
        *error = arena_print(arena, "%s: %s", path, sqlite3_errmsg(handle));
        return DB_UNUSABLE;
    }
    if (application != PUMASI_APPLICATION_ID) {
        *error = arena_print(arena, "%s is not a database of Pumasi; it was left as it is", path);
        return DB_FOREIGN;
    }
    if (is_too_new(version)) {
        *error = arena_print(arena, "%s was made by a newer release (schema %lld, this program knows %zu)",
                             path, (long long)schema_number(version), MIGRATION_COUNT);
        return DB_NEWER;
    }
    if (schema_number(version) < (int64_t)MIGRATION_COUNT) {
        *error = arena_print(arena, "%s has schema %lld of %zu; run `pumasi migrate`", path,
                             (long long)schema_number(version), MIGRATION_COUNT);
        return DB_OLDER;
    }
    return DB_OPENED;
}
