#include "data/backup.h"

#include "data/db_sqlite.h"
#include "data/db_turn.h"
#include "data/migration.h"
#include "data/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGES_A_STEP = 4096, BUSY_WAIT_MS = 50, MOST_BUSY_WAITS = 200 };

static bool run(sqlite3 *handle, const char *sql) {
    return sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static const char *engine_error(struct arena *arena, const char *path, sqlite3 *handle) {
    return arena_print(arena, "%s: %s", path, sqlite3_errmsg(handle));
}

/* All pages of one state into the other file, in one transaction there. */
static bool copy_pages(sqlite3 *from, sqlite3 *to) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return false;
    int result = SQLITE_OK;
    for (int waits = 0; waits < MOST_BUSY_WAITS;) {
        result = sqlite3_backup_step(backup, PAGES_A_STEP);
        if (result == SQLITE_BUSY || result == SQLITE_LOCKED) {
            (void)sqlite3_sleep(BUSY_WAIT_MS);
            waits++;
        } else if (result != SQLITE_OK) {
            break;
        }
    }
    return sqlite3_backup_finish(backup) == SQLITE_OK && result == SQLITE_DONE;
}

/* What a check that answers "ok", or no row at all, has to say else. */
static const char *finding(sqlite3 *handle, const char *check, struct arena *arena) {
    sqlite3_stmt *statement = NULL;
    const char *found = NULL;
    if (sqlite3_prepare_v2(handle, check, -1, &statement, NULL) != SQLITE_OK) {
        found = arena_copy(arena, sqlite3_errmsg(handle));
    } else {
        int result = sqlite3_step(statement);
        const char *text = result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
        if (result != SQLITE_ROW && result != SQLITE_DONE)
            found = arena_copy(arena, sqlite3_errmsg(handle));
        else if (text && strcmp(text, "ok") != 0)
            found = arena_copy(arena, text);
    }
    (void)sqlite3_finalize(statement);
    return found;
}

static const char *damage(sqlite3 *handle, struct arena *arena) {
    const char *found = finding(handle, "PRAGMA integrity_check(1)", arena);
    if (found)
        return found;
    found = finding(handle, "PRAGMA foreign_key_check", arena);
    return found ? arena_print(arena, "a row of %s refers to what is not there", found) : NULL;
}

bool backup_check(const char *path, struct arena *arena, const char **error) {
    sqlite3 *handle = sqlite_open(path, SQLITE_OPEN_READONLY, arena, error);
    if (!handle)
        return false;
    enum db_open_result result = schema_check(handle, path, arena, error);
    const char *found = NULL;
    if (result == DB_OLDER)
        *error = NULL;
    if (!*error && (found = damage(handle, arena)))
        *error = arena_print(arena, "%s is damaged: %s", path, found);
    (void)sqlite3_close(handle);
    return !*error;
}

/* The file, and that it has its name, are on disk. */
static bool sync_file(struct arena *arena, const char *path, const char **error) {
    char *folder = arena_copy(arena, path);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int directory = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = file >= 0 && directory >= 0 && fsync(file) == 0 && fsync(directory) == 0;
    if (!good)
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
    if (file >= 0)
        (void)close(file);
    if (directory >= 0)
        (void)close(directory);
    return good;
}

static void remove_database(struct arena *arena, const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-turn"};
    for (size_t i = 0; i < COUNT(ends); i++)
        (void)unlink(arena_print(arena, "%s%s", path, ends[i]));
}

/* An empty file that only we can read; one that an ended program left there goes. */
static bool make_empty(struct arena *arena, const char *path, const char **error) {
    remove_database(arena, path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
        return false;
    }
    (void)close(file);
    return true;
}

bool backup_make(const char *database, const char *copy, struct arena *arena, const char **error) {
    const char *part = arena_print(arena, "%s.part", copy);
    sqlite3 *from = NULL;
    sqlite3 *to = NULL;
    bool good = false;
    if (access(copy, F_OK) == 0) {
        *error = arena_print(arena, "%s is there already; it was left as it is", copy);
        return false;
    }
    if (!make_empty(arena, part, error))
        return false;
    from = sqlite_open(database, SQLITE_OPEN_READONLY, arena, error);
    if (from)
        to = sqlite_open(part, SQLITE_OPEN_READWRITE, arena, error);
    if (!to)
        goto out;
    /* One read transaction: else each write of others would begin the copy anew. */
    if (!run(from, "BEGIN; SELECT count(*) FROM sqlite_schema") || !copy_pages(from, to)) {
        *error = sqlite3_errcode(from) ? engine_error(arena, database, from) : engine_error(arena, part, to);
        goto out;
    }
    if (!run(to, "PRAGMA journal_mode = DELETE")) {
        *error = engine_error(arena, part, to);
        goto out;
    }
    (void)sqlite3_close(to);
    to = NULL;
    good = backup_check(part, arena, error) && sync_file(arena, part, error);
    if (good && rename(part, copy) != 0) {
        *error = arena_print(arena, "%s: %s", copy, strerror(errno));
        good = false;
    }
    good = good && sync_file(arena, copy, error);
out:
    (void)sqlite3_close(from);
    (void)sqlite3_close(to);
    if (!good)
        remove_database(arena, part);
    return good;
}

/* Every table's next number is beyond those that `live` has given. */
static bool carry_numbers(sqlite3 *live, sqlite3 *restored) {
    sqlite3_stmt *read = NULL;
    sqlite3_stmt *raise[2] = {NULL, NULL};
    bool good =
        sqlite3_prepare_v2(live, "SELECT name, seq FROM sqlite_sequence", -1, &read, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(restored, "DELETE FROM sqlite_sequence WHERE name = $1 AND seq < $2", -1,
                           &raise[0], NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(restored,
                           "INSERT INTO sqlite_sequence (name, seq) SELECT $1, $2 "
                           "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)",
                           -1, &raise[1], NULL) == SQLITE_OK;
    while (good && sqlite3_step(read) == SQLITE_ROW)
        for (size_t i = 0; i < COUNT(raise) && good; i++)
            good = sqlite3_bind_value(raise[i], 1, sqlite3_column_value(read, 0)) == SQLITE_OK &&
                   sqlite3_bind_value(raise[i], 2, sqlite3_column_value(read, 1)) == SQLITE_OK &&
                   sqlite3_step(raise[i]) == SQLITE_DONE && sqlite3_reset(raise[i]) == SQLITE_OK;
    (void)sqlite3_finalize(read);
    for (size_t i = 0; i < COUNT(raise); i++)
        (void)sqlite3_finalize(raise[i]);
    return good;
}

/* With the turn held: nobody writes into `live` between the numbers and the pages. */
static bool put_into(const char *prepared, const char *database, struct arena *arena, const char **error) {
    sqlite3 *live = sqlite_open(database, SQLITE_OPEN_READWRITE, arena, error);
    sqlite3 *restored = live ? sqlite_open(prepared, SQLITE_OPEN_READWRITE, arena, error) : NULL;
    bool good = false;
    if (restored) {
        good = carry_numbers(live, restored) &&
               /* A position of the log that nobody has seen yet: each cache asks anew. */
               run(restored,
                   "INSERT INTO event (type, is_visible, detail) VALUES ('database.restored', 1, '{}');"
                   "DELETE FROM session") &&
               copy_pages(restored, live);
        if (!good)
            *error = sqlite3_errcode(restored) ? engine_error(arena, prepared, restored)
                                               : engine_error(arena, database, live);
    }
    (void)sqlite3_close(restored);
    (void)sqlite3_close(live);
    return good;
}

bool backup_restore(const char *copy, const char *database, struct arena *arena, const char **error) {
    const char *prepared = arena_print(arena, "%s-restore", database);
    size_t applied = 0;
    int turn = -1;
    remove_database(arena, prepared);
    bool good = backup_make(copy, prepared, arena, error) && migrate(prepared, arena, &applied, error) &&
                /* Where there is no database yet, an empty one is there to take the pages. */
                migrate(database, arena, &applied, error);
    if (good) {
        turn = turn_open(database);
        good = turn >= 0 && turn_take(turn);
        if (!good)
            *error = arena_print(arena, "%s-turn: %s", database, strerror(errno));
    }
    good = good && put_into(prepared, database, arena, error);
    if (turn >= 0)
        (void)close(turn);
    remove_database(arena, prepared);
    return good;
}
