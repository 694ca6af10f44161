#include "data/migration.h"

#include "data/db_sqlite.h"
#include "data/db_turn.h"
#include "data/schema.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool run(sqlite3 *handle, const char *sql) {
    return sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Empty files may become ours; a file with tables of somebody else's may not. */
static const char *refusal(sqlite3 *handle, const char *path, struct arena *arena) {
    const char *error = NULL;
    bool is_empty = sqlite_pragma(handle, "application_id") == 0 &&
                    sqlite_pragma(handle, "user_version") == 0 && sqlite_pragma(handle, "page_count") == 0;
    enum db_open_result result = is_empty ? DB_OLDER : schema_check(handle, path, arena, &error);
    return result == DB_OPENED || result == DB_OLDER ? NULL : error;
}

static bool apply(sqlite3 *handle, size_t number) {
    char mark[96];
    (void)sqlite3_snprintf(sizeof(mark), mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                           PUMASI_APPLICATION_ID, schema_mark(number));
    bool good = run(handle, "BEGIN IMMEDIATE") && run(handle, MIGRATIONS[number - 1].sql) &&
                run(handle, mark) && run(handle, "COMMIT");
    return good;
}

bool migrate(const char *path, struct arena *arena, size_t *applied, const char **error) {
    bool good = false;
    sqlite3 *handle = NULL;
    struct stat status;
    *applied = 0;
    /* The files that SQLite makes are not for others, -wal and -shm as the file itself; nor is a stricter
     * mask undone. */
    mode_t mask = umask(0027);
    (void)umask(mask | 0027);
    int turn = turn_open(path);
    if (turn < 0 || !turn_take(turn)) {
        *error = arena_print(arena, "%s-turn: %s", path, strerror(errno));
        goto out;
    }
    /* One that is there already may have come from a copy with open hands. */
    if (stat(path, &status) == 0 && (status.st_mode & 07) && chmod(path, status.st_mode & 0770) != 0) {
        *error = arena_print(arena, "%s: others may read it, and chmod fails: %s", path, strerror(errno));
        goto out;
    }
    handle = sqlite_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, arena, error);
    if (!handle)
        goto out;
    *error = refusal(handle, path, arena);
    if (*error)
        goto out;
    if (!run(handle, "PRAGMA journal_mode = WAL")) {
        *error = arena_print(arena, "%s: %s", path, sqlite3_errmsg(handle));
        goto out;
    }
    for (size_t number = (size_t)schema_number(sqlite_pragma(handle, "user_version")) + 1;
         number <= MIGRATION_COUNT; number++) {
        if (!apply(handle, number)) {
            *error = arena_print(arena, "%s: migration %s: %s", path, MIGRATIONS[number - 1].name,
                                 sqlite3_errmsg(handle));
            if (!sqlite3_get_autocommit(handle))
                (void)run(handle, "ROLLBACK");
            goto out;
        }
        ++*applied;
    }
    good = true;
out:
    (void)sqlite3_close(handle);
    if (turn >= 0)
        (void)close(turn); /* gives the turn back */
    (void)umask(mask);
    return good;
}
