/* Whatever a person types to search is an expression that the engine's index takes: never a syntax error,
 * never a column filter or an operator of the person's own. */
#include "fuzz.h"

#include "base/utf8.h"
#include "data/db_search.h"

#include <sqlite3.h>

static sqlite3_stmt *statement(void) {
    static sqlite3 *handle;
    static sqlite3_stmt *search;
    if (!search) {
        PROMISE(sqlite3_open(":memory:", &handle) == SQLITE_OK);
        PROMISE(sqlite3_exec(handle,
                             "CREATE VIRTUAL TABLE words USING fts5(title, hidden, tokenize = 'unicode61');"
                             "INSERT INTO words VALUES ('title 전단 단지', 'secret')",
                             NULL, NULL, NULL) == SQLITE_OK);
        PROMISE(sqlite3_prepare_v2(handle, "SELECT rowid FROM words WHERE words MATCH $1", -1, &search,
                                   NULL) == SQLITE_OK);
    }
    return search;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    char *typed = fuzz_text(&input);
    /* Fields are checked before. */
    if (utf8_is_valid(typed, strlen(typed)) && !utf8_has_control(typed, strlen(typed))) {
        struct arena *arena = arena_new();
        const char *expression = search_expression(arena, typed);
        if (expression) {
            sqlite3_stmt *search = statement();
            PROMISE(sqlite3_bind_text(search, 1, expression, -1, SQLITE_STATIC) == SQLITE_OK);
            int result = sqlite3_step(search);
            PROMISE(result == SQLITE_ROW || result == SQLITE_DONE);
            (void)sqlite3_reset(search);
        }
        arena_free(arena);
    }
    free(typed);
    return 0;
}
