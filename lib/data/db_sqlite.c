/*
 * The SQLite back end of db.h.
 *
 * A connection keeps its prepared statements in one list: the program's own by the address of their db_query,
 * texts put together at run time (the list's filters and orders) by the text itself.
 */
#include "data/db_sqlite.h"

#include "data/db_early.h"
#include "data/db_turn.h"
#include "data/schema.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_STATEMENTS = 96, MOST_PARAMETERS = 64, BUSY_TIMEOUT_MS = 10000 };

struct db_rows {
    struct db *db;
    const struct db_query *query; /* NULL: put together at run time, `text` is the key */
    char *text;
    sqlite3_stmt *statement;
    unsigned char places[MOST_PARAMETERS]; /* of $1, $2, ... in the engine's counting; 0: not in the text */
    bool is_running;
    uint64_t last_use;
};

struct db {
    sqlite3 *handle;
    struct guard guard;
    char error[200];     /* kept, since a rollback would overwrite the engine's own */
    int turn;            /* -1: this connection never writes */
    const char *request; /* by which it writes; NULL: by none */
    bool in_read;
    bool in_write;
    bool in_group; /* with the turn: its transaction has begun */
    bool has_part; /* and something was kept in it */
    bool has_turn;
    uint64_t uses;
    size_t count;
    struct db_rows statements[MOST_STATEMENTS];
};

DB_QUERY(BEGIN_READ, "BEGIN");
DB_QUERY(BEGIN_WRITE, "BEGIN IMMEDIATE");
DB_QUERY(COMMIT, "COMMIT");
DB_QUERY(ROLLBACK, "ROLLBACK");
DB_QUERY(BEGIN_PART, "SAVEPOINT part");
DB_QUERY(KEEP_PART, "RELEASE part");
DB_QUERY(UNDO_PART, "ROLLBACK TO part");
DB_QUERY(SET_ACTOR, "UPDATE actor SET user_id = $1, request = $2 WHERE id = 1");

/* ---- opening ---- */

/*
 * A schema is not trusted where that can be: in readers. SQLite 3.40 counts its own JSON functions and FTS5
 * as unsafe in triggers and checks ("unsafe use of json_object()"), and ours need both, so writers must trust
 * it; what is left of the danger, functions that reach outside, the guard refuses by name.
 */
static bool configure(sqlite3 *handle, bool is_read_only) {
    const struct {
        int option;
        int value;
    } switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, !is_read_only},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},          {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, /* see db_turn.h */
    };
    for (size_t i = 0; i < COUNT(switches); i++)
        if (sqlite3_db_config(handle, switches[i].option, switches[i].value, (int *)NULL) != SQLITE_OK)
            return false;
    (void)sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024);
    (void)sqlite3_limit(handle, SQLITE_LIMIT_VARIABLE_NUMBER, MOST_PARAMETERS);
    (void)sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 8);
    /* mmap stays off: a truncated file would be a SIGBUS. */
    return sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS) == SQLITE_OK &&
           sqlite3_exec(
               handle,
               "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
               "PRAGMA cell_size_check = ON; PRAGMA recursive_triggers = OFF;"
               /* A checkpoint holds up all who write: every 16 MiB it falls on one in some hundreds. */
               "PRAGMA wal_autocheckpoint = 4000",
               NULL, NULL, NULL) == SQLITE_OK;
}

/* Of one thread, a program needs no lock around each piece of memory, nor a count of it: a first answer takes
 * 9.7 million instructions instead of 11.3. Behind the first opening SQLite refuses both, and has them. */
static void leave_out_locks(void) {
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

sqlite3 *sqlite_open(const char *path, int flags, struct arena *arena, const char **error) {
    leave_out_locks();
    sqlite3 *handle = NULL;
    int result = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (result != SQLITE_OK || !configure(handle, flags & SQLITE_OPEN_READONLY)) {
        const char *why = handle ? sqlite3_errmsg(handle) : "out of memory";
        *error = arena_print(arena, "%s: %s", path, why);
        (void)sqlite3_close(handle);
        return NULL;
    }
    return handle;
}

int64_t sqlite_pragma(sqlite3 *handle, const char *pragma) {
    char text[64];
    (void)snprintf(text, sizeof(text), "PRAGMA %s", pragma);
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;
    if (sqlite3_prepare_v2(handle, text, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return value;
}

enum db_open_result db_open(const struct db_options *options, struct arena *arena, struct db **opened,
                            const char **error) {
    if (access(options->path, F_OK) != 0) {
        *error =
            arena_print(arena, "%s: %s; run `pumasi migrate` to make it", options->path, strerror(errno));
        return DB_MISSING;
    }
    int flags = options->is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3 *handle = sqlite_open(options->path, flags, arena, error);
    if (!handle)
        return DB_UNUSABLE;
    int turn = -1;
    enum db_open_result result =
        options->is_foreign ? DB_OPENED : schema_check(handle, options->path, arena, error);
    if (result == DB_OPENED && !options->is_read_only) {
        turn = turn_open(options->path);
        if (turn < 0) {
            *error = arena_print(arena, "%s-turn: %s", options->path, strerror(errno));
            result = DB_UNUSABLE;
        }
    }
    if (result == DB_OPENED && !options->is_foreign && !early_open(options->path)) {
        *error = arena_print(arena, "the directory of %s: %s", options->path, strerror(errno));
        result = DB_UNUSABLE;
    }
    struct db *db = result == DB_OPENED ? calloc(1, sizeof(*db)) : NULL;
    if (!db) {
        if (result == DB_OPENED) {
            *error = "out of memory";
            result = DB_UNUSABLE;
        }
        if (turn >= 0)
            (void)close(turn);
        (void)sqlite3_close(handle);
        return result;
    }
    db->handle = handle;
    db->turn = turn;
    db->guard = (struct guard){options->grants, options->grant_count, options->is_read_only, ""};
    sqlite_guard(handle, &db->guard);
    *opened = db;
    return DB_OPENED;
}

void db_close(struct db *db) {
    if (!db)
        return;
    db_rollback(db); /* an open group goes with the connection */
    db_end_read(db);
    for (size_t i = 0; i < db->count; i++) {
        (void)sqlite3_finalize(db->statements[i].statement);
        free(db->statements[i].text);
    }
    (void)sqlite3_close(db->handle);
    if (db->turn >= 0)
        (void)close(db->turn);
    free(db);
}

const char *db_error(const struct db *db) {
    return *db->guard.denied ? db->guard.denied : db->error;
}

/* ---- statements ---- */

static enum db_result result_of(int code) {
    switch (code & 0xFF) {
    case SQLITE_OK:
        return DB_OK;
    case SQLITE_ROW:
        return DB_ROW;
    case SQLITE_DONE:
        return DB_END;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return DB_BUSY;
    case SQLITE_CONSTRAINT:
        return DB_CONSTRAINT;
    case SQLITE_AUTH:
        return DB_DENIED;
    default:
        return DB_FAILED;
    }
}

/* As result_of, keeping what the engine says of a failure. */
static enum db_result result_in(struct db *db, int code) {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        (void)snprintf(db->error, sizeof(db->error), "%s", sqlite3_errmsg(db->handle));
    return result_of(code);
}

static bool is_own(const struct db_query *query) {
    extern const struct db_query __start_db_queries[];
    extern const struct db_query __stop_db_queries[];
    return (uintptr_t)query >= (uintptr_t)__start_db_queries &&
           (uintptr_t)query < (uintptr_t)__stop_db_queries;
}

static struct db_rows *find_prepared(struct db *db, const struct db_query *query, bool own) {
    for (size_t i = 0; i < db->count; i++) {
        struct db_rows *rows = &db->statements[i];
        if (own ? rows->query == query : !rows->query && strcmp(rows->text, query->text) == 0)
            return rows;
    }
    return NULL;
}

/* A free place: a new one, or that of the composed statement that was not used for the longest time. */
static struct db_rows *find_place(struct db *db) {
    if (db->count < MOST_STATEMENTS)
        return &db->statements[db->count++];
    struct db_rows *oldest = NULL;
    for (size_t i = 0; i < db->count; i++) {
        struct db_rows *rows = &db->statements[i];
        if (!rows->query && !rows->is_running && (!oldest || rows->last_use < oldest->last_use))
            oldest = rows;
    }
    assert(oldest);
    (void)sqlite3_finalize(oldest->statement);
    free(oldest->text);
    *oldest = (struct db_rows){0};
    return oldest;
}

/* SQLite numbers "$1" by its first appearance in the text, not by its digits. */
static void find_parameters(struct db_rows *rows) {
    int count = sqlite3_bind_parameter_count(rows->statement);
    for (int place = 1; place <= count; place++) {
        const char *name = sqlite3_bind_parameter_name(rows->statement, place);
        long number = name && *name == '$' ? strtol(name + 1, NULL, 10) : 0;
        if (number >= 1 && number <= MOST_PARAMETERS)
            rows->places[number - 1] = (unsigned char)place;
    }
}

static enum db_result prepare(struct db *db, const struct db_query *query, struct db_rows **prepared) {
    bool own = is_own(query);
    struct db_rows *rows = find_prepared(db, query, own);
    if (!rows) {
        sqlite3_stmt *statement = NULL;
        int code =
            sqlite3_prepare_v3(db->handle, query->text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
        if (code != SQLITE_OK)
            return result_in(db, code);
        char *text = own ? NULL : strdup(query->text);
        if (!own && !text) {
            (void)sqlite3_finalize(statement);
            return DB_FAILED;
        }
        rows = find_place(db);
        *rows = (struct db_rows){.db = db, .query = own ? query : NULL, .text = text, .statement = statement};
        find_parameters(rows);
    }
    assert(!rows->is_running);
    rows->last_use = ++db->uses;
    *prepared = rows;
    return DB_OK;
}

static int bind(const struct db_rows *rows, size_t number, const struct db_value *value) {
    sqlite3_stmt *statement = rows->statement;
    int index = number <= MOST_PARAMETERS ? rows->places[number - 1] : 0;
    if (!index)
        return SQLITE_RANGE;
    switch (value->type) {
    case DB_INTEGER:
        return sqlite3_bind_int64(statement, index, value->integer);
    case DB_TEXT:
        return sqlite3_bind_text64(statement, index, value->bytes, value->size, SQLITE_STATIC, SQLITE_UTF8);
    case DB_BYTES:
        return sqlite3_bind_blob64(statement, index, value->bytes, value->size, SQLITE_STATIC);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(statement, index);
}

enum db_result db_start_values(struct db *db, const struct db_query *query, struct db_rows **rows,
                               const struct db_value *values, size_t count) {
    struct db_rows *prepared = NULL;
    enum db_result result = prepare(db, query, &prepared);
    if (result != DB_OK)
        return result;
    assert(prepared);
    for (size_t i = 0; i < count; i++) {
        int code = bind(prepared, i + 1, &values[i]);
        if (code != SQLITE_OK) {
            (void)sqlite3_clear_bindings(prepared->statement);
            return result_in(db, code);
        }
    }
    prepared->is_running = true;
    *rows = prepared;
    return DB_OK;
}

enum db_result db_next(struct db_rows *rows) {
    return result_in(rows->db, sqlite3_step(rows->statement));
}

void db_finish(struct db_rows *rows) {
    if (!rows)
        return;
    /* The error, if any, was given by db_next already. */
    (void)sqlite3_reset(rows->statement);
    (void)sqlite3_clear_bindings(rows->statement);
    rows->is_running = false;
}

int64_t db_get_integer(struct db_rows *rows, int column) {
    return sqlite3_column_int64(rows->statement, column);
}

bool db_is_null(struct db_rows *rows, int column) {
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

struct span db_peek_text(struct db_rows *rows, int column) {
    const unsigned char *text = sqlite3_column_text(rows->statement, column);
    int size = sqlite3_column_bytes(rows->statement, column);
    return (struct span){(const char *)text, text ? (size_t)size : 0};
}

bool db_text_is(struct db_rows *rows, int column, const char *text) {
    struct span found = db_peek_text(rows, column);
    return found.text && strcmp(found.text, text) == 0;
}

const char *db_get_text(struct db_rows *rows, int column, struct arena *arena) {
    struct span text = db_peek_text(rows, column);
    return text.text ? arena_copy_bytes(arena, text.text, text.size) : NULL;
}

enum db_result db_run_values(struct db *db, const struct db_query *query, const struct db_value *values,
                             size_t count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, query, &rows, values, count);
    if (result != DB_OK)
        return result;
    assert(rows);
    do
        result = db_next(rows);
    while (result == DB_ROW);
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

enum db_result db_find_integer_values(struct db *db, const struct db_query *query, int64_t *value,
                                      const struct db_value *values, size_t count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, query, &rows, values, count);
    if (result != DB_OK)
        return result;
    assert(rows);
    int64_t found = 0;
    result = db_next(rows);
    if (result == DB_ROW) {
        found = db_get_integer(rows, 0);
        /* A statement that writes has done so for good only when it has ended. */
        do
            result = db_next(rows);
        while (result == DB_ROW);
        if (result == DB_END) {
            *value = found;
            result = DB_OK;
        }
    }
    db_finish(rows);
    return result;
}

int64_t db_changes(const struct db *db) {
    return sqlite3_changes64(db->handle);
}

/* ---- values ---- */

struct db_value db_integer(int64_t value) {
    return (struct db_value){.type = DB_INTEGER, .integer = value};
}

struct db_value db_text(const char *text) {
    return text ? (struct db_value){.type = DB_TEXT, .bytes = text, .size = strlen(text)} : db_null();
}

struct db_value db_bytes(const void *bytes, size_t size) {
    return (struct db_value){.type = DB_BYTES, .bytes = bytes, .size = size};
}

struct db_value db_null(void) {
    return (struct db_value){.type = DB_NULL};
}

/* ---- transactions ---- */

static enum db_result run_bare(struct db *db, const struct db_query *query) {
    return db_run_values(db, query, NULL, 0);
}

enum db_result db_begin_read(struct db *db) {
    assert(!db->in_read && !db->in_write && !db->in_group);
    enum db_result result = run_bare(db, &BEGIN_READ);
    db->in_read = result == DB_OK;
    return result;
}

void db_end_read(struct db *db) {
    if (db->in_read)
        (void)run_bare(db, &ROLLBACK);
    db->in_read = false;
}

static void give_turn(struct db *db) {
    if (db->has_turn)
        turn_give(db->turn);
    db->has_turn = false;
}

static enum db_result begin_transaction(struct db *db) {
    if (!turn_take(db->turn))
        return DB_FAILED;
    db->has_turn = true;
    enum db_result result = run_bare(db, &BEGIN_WRITE);
    if (result != DB_OK)
        give_turn(db);
    return result;
}

/* Some errors undo the whole transaction at once, and with it the parts that were kept before. */
static bool is_lost(const struct db *db) {
    return db_group_is_writing(db) && sqlite3_get_autocommit(db->handle);
}

void db_set_request(struct db *db, const char *request) {
    db->request = request;
}

enum db_result db_begin_write(struct db *db, int64_t actor_id) {
    assert(!db->in_read && !db->in_write);
    if (db->turn < 0)
        return DB_DENIED;
    if (is_lost(db))
        return DB_FAILED;
    enum db_result result = db_group_is_writing(db) ? DB_OK : begin_transaction(db);
    if (result == DB_OK && db->in_group)
        result = run_bare(db, &BEGIN_PART);
    if (result != DB_OK)
        return result;
    db->in_write = true;
    result = db_run(db, &SET_ACTOR, actor_id ? db_integer(actor_id) : db_null(), db_text(db->request));
    if (result != DB_OK)
        db_rollback(db);
    return result;
}

enum db_result db_commit(struct db *db) {
    assert(db->in_write);
    enum db_result result = DB_OK;
    if (db->in_group) {
        result = run_bare(db, &KEEP_PART);
        db->has_part |= result == DB_OK;
    } else {
        result = db_run(db, &SET_ACTOR, db_null(), db_null());
        if (result == DB_OK)
            result = run_bare(db, &COMMIT);
    }
    if (result == DB_OK)
        db->in_write = false;
    db_rollback(db);
    return result;
}

void db_rollback(struct db *db) {
    /* Some errors have rolled back already; a second time would only complain. */
    bool is_undone = !db->in_write || sqlite3_get_autocommit(db->handle);
    if (!is_undone && db->in_group)
        is_undone = run_bare(db, &UNDO_PART) == DB_OK && run_bare(db, &KEEP_PART) == DB_OK;
    /* A part that cannot be undone alone takes the group with it. */
    if (!is_undone)
        (void)run_bare(db, &ROLLBACK);
    db->in_write = false;
    if (!db->in_group)
        give_turn(db);
}

void db_group_begin(struct db *db) {
    assert(!db->in_read && !db->in_write && !db->in_group);
    db->in_group = true;
    db->has_part = false;
}

bool db_group_is_writing(const struct db *db) {
    return db->in_group && db->has_turn;
}

enum db_result db_group_commit(struct db *db) {
    assert(db->in_group && !db->in_write);
    enum db_result result = is_lost(db) ? DB_FAILED : DB_OK;
    /* What is left is one write transaction, as if there had been no group. */
    db->in_write = db_group_is_writing(db);
    db->in_group = false;
    if (result == DB_OK && db->has_part)
        result = db_commit(db);
    db_rollback(db);
    return result;
}

void db_group_rollback(struct db *db) {
    assert(db->in_group && !db->in_write);
    db->in_write = db_group_is_writing(db);
    db->in_group = false;
    db_rollback(db);
}

enum db_result db_checkpoint(struct db *db) {
    assert(!db->in_read && !db->in_write && !db->in_group);
    if (db->turn < 0)
        return DB_DENIED;
    if (!turn_take(db->turn))
        return DB_FAILED;
    (void)sqlite3_busy_timeout(db->handle, 0);
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    turn_give(db->turn);
    return code == SQLITE_BUSY || code == SQLITE_LOCKED ? DB_OK : result_in(db, code);
}
