#pragma once
/*
 * The number of the schema that a database has, and which programs can work with it. SQLite's user_version
 * holds both: the number of the last migration, and 10,000 times that of the last one that older programs
 * cannot work with (NNNN-contract-NAME.sql). Every other migration only adds, so that the programs of the
 * release before go on beside it while a new one comes, and after it has gone again.
 */
#include "data/db_sqlite.h"

/* The user_version of a database after this migration (1 is the first). */
int schema_mark(size_t number);

/* The number of the last migration in a user_version. */
int64_t schema_number(int64_t user_version);

/*
 * DB_OPENED: this program can work with the database; *error is NULL. Else DB_FOREIGN, DB_NEWER, DB_OLDER or
 * DB_UNUSABLE, and *error says what to do about it, with the path.
 */
MUST_CHECK enum db_open_result schema_check(sqlite3 *handle, const char *path, struct arena *arena,
                                            const char **error);
