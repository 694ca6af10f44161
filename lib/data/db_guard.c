/*
 * The wall around a function's database: SQLite asks for each table, column and verb of a statement while it
 * is prepared (sqlite.org/c3ref/set_authorizer.html), and whatever the program did not declare is refused.
 *
 * Triggers act for the writer: they may read what they need and write the tables that only they keep (the
 * log, the outbox, labels, the search index). So "nobody writes the outbox but its trigger" is enforced, too.
 * The name of the trigger comes from the schema, which no function can change.
 */
#include "data/db_sqlite.h"

#include <stdio.h>
#include <string.h>

static bool holds(const struct guard *guard, const char *table, unsigned verbs) {
    for (size_t i = 0; i < guard->count; i++)
        if (strcmp(guard->grants[i].table, table) == 0 && guard->grants[i].verbs & verbs)
            return true;
    return false;
}

/* The search index and its shadow tables are part of the tasks; FTS5 writes them with statements of its own.
 */
static bool is_search(const char *table) {
    return strncmp(table, "task_search", 11) == 0 || strcmp(table, "task_words") == 0;
}

/* Foreign keys are checked with the writer's grants: in tables that refer to what it writes, and that it
 * refers to. */
static bool is_key(const char *column) {
    size_t size = strlen(column);
    return strcmp(column, "id") == 0 || (size > 3 && strcmp(column + size - 3, "_id") == 0);
}

static bool may_read(const struct guard *guard, const char *table, const char *column, const char *inside) {
    if (strcmp(table, "user") == 0 && strcmp(column, "password_hash") == 0)
        return holds(guard, "user.password_hash", MAY_READ);
    if (inside)
        return true;
    if (!guard->is_read_only && is_key(column))
        return true;
    if (is_search(table))
        return holds(guard, "task", MAY_READ);
    if (strcmp(table, "actor") == 0)
        return !guard->is_read_only;
    return holds(guard, table, MAY_READ);
}

/* What triggers do when somebody leaves. */
static const struct {
    const char *trigger;
    const char *table;
    unsigned verb;
} follows[] = {
    {"user_after_disable", "session", MAY_DELETE},
    {"user_after_disable", "api_token", MAY_DELETE},
    {"user_after_disable", "invitation", MAY_DELETE},
    {"user_after_disable", "delivery", MAY_UPDATE},
    {"user_after_delete", "factor", MAY_DELETE},
    {"user_after_delete", "task_watcher", MAY_DELETE},
    {"user_after_delete", "suppression", MAY_DELETE},
    {"user_after_delete", "invitation", MAY_DELETE},
    {"user_after_delete", "delivery", MAY_UPDATE},
    {"user_after_disable", "account_token", MAY_DELETE},
    {"user_after_delete", "account_token", MAY_DELETE},
    {"user_views_after_delete", "saved_view", MAY_DELETE},
    {"user_calendar_after_leave", "calendar_link", MAY_DELETE},
};

static bool trigger_may_write(const char *inside, const char *table, const char *column, unsigned verb) {
    for (size_t i = 0; i < COUNT(follows); i++)
        if (strcmp(inside, follows[i].trigger) == 0 && strcmp(table, follows[i].table) == 0 &&
            follows[i].verb == verb)
            return true;
    if (strcmp(table, "task") == 0)
        return strcmp(column, "version") == 0 || strcmp(column, "updated_at") == 0;
    /* Sessions end with what they stood on. */
    if (strcmp(table, "session") == 0 || strcmp(table, "recovery_code") == 0)
        return verb == MAY_DELETE;
    return strcmp(table, "event") == 0 || strcmp(table, "outbox") == 0 ||
           strcmp(table, "account_outbox") == 0 || strcmp(table, "task_label") == 0 ||
           strcmp(table, "task_flow") == 0 || is_search(table);
}

static bool may_write(const struct guard *guard, const char *table, const char *column, unsigned verb,
                      const char *inside) {
    if (guard->is_read_only)
        return false;
    if (inside)
        return trigger_may_write(inside, table, column, verb);
    if (is_search(table) && strcmp(table, "task_search") != 0)
        return holds(guard, "task", MAY_INSERT | MAY_UPDATE);
    if (strcmp(table, "actor") == 0)
        return verb == MAY_UPDATE;
    if (strcmp(table, "user") == 0 && strcmp(column, "password_hash") == 0)
        return holds(guard, "user.password_hash", verb);
    return holds(guard, table, verb);
}

static const char *verb_name(int action) {
    switch (action) {
    case SQLITE_READ:
        return "read";
    case SQLITE_INSERT:
        return "insert";
    case SQLITE_UPDATE:
        return "update";
    case SQLITE_DELETE:
        return "delete";
    default:
        return "other";
    }
}

static int authorize(void *with, int action, const char *first, const char *second, const char *schema,
                     const char *inside) {
    (void)schema;
    struct guard *guard = with;
    const char *table = first ? first : "";
    const char *column = second ? second : "";
    bool allowed = false;
    /* Connecting a virtual table (the search index, json_each) parses its declaration as if it were to be
     * stored. A real write to the schema needs PRAGMA writable_schema, which is refused here and by
     * SQLITE_DBCONFIG_DEFENSIVE. */
    if ((action == SQLITE_UPDATE || action == SQLITE_READ) && strcmp(table, "sqlite_master") == 0)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
        allowed = true;
        break;
    case SQLITE_FUNCTION:
        allowed = strcmp(column, "load_extension") != 0 && strcmp(column, "fts3_tokenizer") != 0;
        break;
    case SQLITE_PRAGMA: /* FTS5 asks whether another connection wrote */
        allowed = strcmp(table, "data_version") == 0;
        break;
    case SQLITE_READ:
        allowed = may_read(guard, table, column, inside);
        break;
    case SQLITE_INSERT:
        allowed = may_write(guard, table, column, MAY_INSERT, inside);
        break;
    case SQLITE_UPDATE:
        allowed = may_write(guard, table, column, MAY_UPDATE, inside);
        break;
    case SQLITE_DELETE:
        allowed = may_write(guard, table, column, MAY_DELETE, inside);
        break;
    default: /* attach, schema changes and whatever comes with a later SQLite */
        break;
    }
    if (allowed)
        return SQLITE_OK;
    (void)snprintf(guard->denied, sizeof(guard->denied), "no grant: %s %s%s%s%s%s", verb_name(action), table,
                   *column ? "." : "", column, inside ? " inside " : "", inside ? inside : "");
    return SQLITE_DENY;
}

void sqlite_guard(sqlite3 *handle, struct guard *guard) {
    (void)sqlite3_set_authorizer(handle, authorize, guard);
}
