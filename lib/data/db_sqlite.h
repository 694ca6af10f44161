#pragma once
/* Shared by the files of the SQLite back end only: nothing above the data layer includes it. */

#include "data/db.h"

#include <sqlite3.h>

/* "Puma" in the header of the file. */
enum { PUMASI_APPLICATION_ID = 0x50756D61 };

/* The one place that opens connections: every safety setting, no grants yet. NULL with *error set. */
MUST_CHECK sqlite3 *sqlite_open(const char *path, int flags, struct arena *arena, const char **error);

/* A pragma's integer; -1 if it cannot be read. */
int64_t sqlite_pragma(sqlite3 *handle, const char *pragma);

/* Refuses everything that the grants do not list, from now on. */
struct guard {
    const struct grant *grants;
    size_t count;
    bool is_read_only;
    char denied[160]; /* what was refused last, for the log; "": nothing */
};
void sqlite_guard(sqlite3 *handle, struct guard *guard);
