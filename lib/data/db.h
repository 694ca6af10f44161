#pragma once
/*
 * The database, without a name of any engine: SQL texts with $1 parameters in, rows out. One connection a
 * process. Each statement is prepared once and kept for the connection's life.
 *
 * A connection can do what its grants say and nothing else: the engine itself refuses the rest (DB_DENIED).
 * Writing happens only inside db_begin_write ... db_commit, which takes the write turn (see db_turn.h).
 */

#include "base/arena.h"
#include "data/grant.h"

enum db_result {
    DB_OK,
    DB_ROW,        /* db_next: there is a row */
    DB_END,        /* db_next: there are no more */
    DB_BUSY,       /* somebody else held the database for too long; try again later */
    DB_CONSTRAINT, /* a unique, foreign key or check rule said no */
    DB_DENIED,     /* no grant for this */
    DB_FAILED,     /* anything else; db_error tells */
};

enum db_open_result {
    DB_OPENED,
    DB_MISSING,  /* no such file */
    DB_FOREIGN,  /* not a database of Pumasi */
    DB_OLDER,    /* made by an older release: `pumasi migrate` */
    DB_NEWER,    /* made by a newer release than this program */
    DB_UNUSABLE, /* cannot be opened at all; db_open_error tells */
};

struct db;

struct db_options {
    const char *path;
    bool is_read_only;
    bool is_foreign;            /* another program's: its schema is its own, and it is read only */
    const struct grant *grants; /* must outlive the connection */
    size_t grant_count;
};

/* On success *opened is the connection; else it is untouched, and *error (in the arena) says what to do. */
MUST_CHECK enum db_open_result db_open(const struct db_options *options, struct arena *arena,
                                       struct db **opened, const char **error);

/* The same for a program that the clock starts: while a release is being brought in, it waits up to 15 s for
 * the schema to be its own. */
MUST_CHECK enum db_open_result db_open_patiently(const struct db_options *options, struct arena *arena,
                                                 struct db **opened, const char **error);

/* NULL is allowed. An open transaction is rolled back. */
void db_close(struct db *db);

/* What the engine said last; valid until the next call. */
const char *db_error(const struct db *db);

/* A statement: its name for the log and the tests, and its text. Made with DB_QUERY, beside the function that
 * owns it; the test of all statements finds them in their own section of the program. */
struct db_query {
    const char *name;
    const char *text;
};
#define DB_QUERY(query, sql)                                                                                 \
    static const struct db_query query                                                                       \
        __attribute__((section("db_queries"), used, aligned(8))) = {#query, sql}

/* A parameter's value. */
enum db_type { DB_NULL, DB_INTEGER, DB_TEXT, DB_BYTES };
struct db_value {
    enum db_type type;
    int64_t integer;
    const void *bytes; /* must stay until the rows are finished */
    size_t size;
};
struct db_value db_integer(int64_t value);
struct db_value db_text(const char *text); /* NULL gives a null */
struct db_value db_bytes(const void *bytes, size_t size);
struct db_value db_null(void);

struct db_rows;

/* Starts a statement; the values become $1, $2 ... On DB_OK the rows must be finished. */
#define db_start(db, query, rows, ...)                                                                       \
    db_start_values((db), (query), (rows), (const struct db_value[]){__VA_ARGS__},                           \
                    COUNT(((const struct db_value[]){__VA_ARGS__})))
MUST_CHECK enum db_result db_start_values(struct db *db, const struct db_query *query, struct db_rows **rows,
                                          const struct db_value *values, size_t count);

/* DB_ROW, DB_END, or a failure. */
MUST_CHECK enum db_result db_next(struct db_rows *rows);

/* Lets the statement go for its next use. NULL is allowed. */
void db_finish(struct db_rows *rows);

/* Columns of the present row, from 0. Texts are copied into the arena; a null gives NULL or 0. */
int64_t db_get_integer(struct db_rows *rows, int column);
const char *db_get_text(struct db_rows *rows, int column, struct arena *arena);
bool db_is_null(struct db_rows *rows, int column);

/* The present row's text as the engine holds it: NUL-terminated, valid until db_next or db_finish. */
struct span db_peek_text(struct db_rows *rows, int column);

/* True if the present row holds this text there. */
bool db_text_is(struct db_rows *rows, int column, const char *text);

/* Runs a statement that answers no rows. */
#define db_run(db, query, ...)                                                                               \
    db_run_values((db), (query), (const struct db_value[]){__VA_ARGS__},                                     \
                  COUNT(((const struct db_value[]){__VA_ARGS__})))
MUST_CHECK enum db_result db_run_values(struct db *db, const struct db_query *query,
                                        const struct db_value *values, size_t count);

/* Runs a statement for one integer. DB_END, and *value untouched, where there is no row. */
#define db_find_integer(db, query, value, ...)                                                               \
    db_find_integer_values((db), (query), (value), (const struct db_value[]){__VA_ARGS__},                   \
                           COUNT(((const struct db_value[]){__VA_ARGS__})))
MUST_CHECK enum db_result db_find_integer_values(struct db *db, const struct db_query *query, int64_t *value,
                                                 const struct db_value *values, size_t count);

/* Rows that the last insert, update or delete changed, without those of triggers. */
int64_t db_changes(const struct db *db);

/* One state of the database for all reads until db_end_read. */
MUST_CHECK enum db_result db_begin_read(struct db *db);
void db_end_read(struct db *db);

/* Names the request by which all that follows is written, for the log; NULL: by none. The text must stay. */
void db_set_request(struct db *db, const char *request);

/* Takes the write turn and begins; `actor_id` is who acts, for the log (0: somebody at the server). */
MUST_CHECK enum db_result db_begin_write(struct db *db, int64_t actor_id);

/* DB_OK: what was written survives a power cut. Else nothing of it stays. Gives the turn back either way. */
MUST_CHECK enum db_result db_commit(struct db *db);

/* Nothing stays; the turn is given back. Does nothing outside a transaction. */
void db_rollback(struct db *db);

/*
 * A group: write transactions, one after another, that are made durable by one commit. Between db_group_begin
 * and db_group_commit each is a part of it: db_commit keeps the part for the group, db_rollback undoes it
 * alone, and neither gives the turn back. The group takes the turn with its first db_begin_write, so one in
 * which nobody writes takes none. Readers' transactions have no place in it.
 */
void db_group_begin(struct db *db);

/* True once the group has begun to write: whatever is read from then on stands or falls with its commit. */
bool db_group_is_writing(const struct db *db);

/* DB_OK: all parts that were kept survive a power cut. Else none stays, be it that the engine has undone the
 * whole group for an error in one of its parts (no room, a failing disk). Gives the turn back either way. */
MUST_CHECK enum db_result db_group_commit(struct db *db);

/* No part stays; the turn is given back. */
void db_group_rollback(struct db *db);

/* Moves what was written of late to its place, in the write turn, so that who opens the database next need
 * not look through it. Waits for nobody who reads: then a part is left for the next time. */
MUST_CHECK enum db_result db_checkpoint(struct db *db);
