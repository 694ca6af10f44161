#include "domain/saved_view.h"

#include "base/percent.h"
#include "base/utf8.h"
#include "domain/task_list.h"

#include <string.h>

DB_QUERY(SAVED_VIEW_LIST, "SELECT id, name, query FROM saved_view WHERE user_id = $1 ORDER BY name");
DB_QUERY(SAVED_VIEW_REPLACE,
         "UPDATE saved_view SET query = $3 WHERE user_id = $1 AND name = $2 RETURNING id");
DB_QUERY(SAVED_VIEW_INSERT, "INSERT INTO saved_view (user_id, name, query) "
                            "SELECT $1, $2, $3 "
                            "WHERE (SELECT count(*) FROM saved_view WHERE user_id = $1) < $4 "
                            "RETURNING id");
DB_QUERY(SAVED_VIEW_DELETE, "DELETE FROM saved_view WHERE id = $1 AND user_id = $2");

/* ---- the query ---- */

enum { MOST_WORDS = 200, MOST_COLUMNS_BYTES = 200 };

static const char *const orders[] = {"asc", "desc", NULL};
static const char *const layouts[] = {"table", "board", NULL};
static const char *const groups[] = {"status", "assignee", "priority", NULL};

enum kind { WORDS, PERSON, CHOICE, NAMES };

/* In the order in which they are kept. */
static const struct parameter {
    const char *name;
    enum kind kind;
    const char *const *choices;
    size_t most;       /* characters */
    bool is_of_layout; /* how the page shows the list, which the list does not know */
} parameters[] = {
    {"q", WORDS, NULL, MOST_WORDS, false},
    {"assignee", PERSON, NULL, 0, false},
    {"status", CHOICE, TASK_STATUSES, 0, false},
    {"due", CHOICE, TASK_DUES, 0, false},
    {"label", WORDS, NULL, TASK_MOST_LABEL, false},
    {"creator", PERSON, NULL, 0, false},
    {"sort", CHOICE, TASK_SORTS, 0, false},
    {"order", CHOICE, orders, 0, false},
    {"layout", CHOICE, layouts, 0, true},
    {"group", CHOICE, groups, 0, true},
    {"columns", NAMES, NULL, MOST_COLUMNS_BYTES, true},
};

enum { PARAMETER_COUNT = COUNT(parameters) };

static bool is_person(const char *value) {
    enum { MOST_DIGITS = 18 };
    size_t size = strlen(value);
    return strcmp(value, "me") == 0 || strcmp(value, "none") == 0 ||
           (size <= MOST_DIGITS && *value != '0' && strspn(value, "0123456789") == size);
}

static bool is_choice(const char *const *choices, const char *value) {
    for (size_t i = 0; choices[i]; i++)
        if (strcmp(choices[i], value) == 0)
            return true;
    return false;
}

static bool is_good(const struct parameter *parameter, const char *value) {
    size_t size = strlen(value);
    switch (parameter->kind) {
    case WORDS:
        return utf8_count(value, size) <= parameter->most && !utf8_has_control(value, size) &&
               !strpbrk(value, "\n\t");
    case PERSON:
        return is_person(value);
    case CHOICE:
        return is_choice(parameter->choices, value);
    case NAMES:
        return size <= parameter->most && strspn(value, "abcdefghijklmnopqrstuvwxyz_,") == size;
    }
    return false;
}

/* Notes one "name=value"; false if it is none that is known, or stands twice. */
static bool note(struct arena *arena, const char *pair, size_t size, const char *values[PARAMETER_COUNT]) {
    size_t name_size = strcspn(pair, "=&");
    if (name_size >= size)
        return false;
    for (size_t i = 0; i < PARAMETER_COUNT; i++) {
        const struct parameter *parameter = &parameters[i];
        if (strlen(parameter->name) != name_size || strncmp(pair, parameter->name, name_size) != 0)
            continue;
        const char *value = percent_decode(arena, pair + name_size + 1, size - name_size - 1, true);
        if (!value || values[i] || (*value && !is_good(parameter, value)))
            return false;
        values[i] = value;
        return true;
    }
    return false;
}

static const char *write_query(struct arena *arena, const char *const values[PARAMETER_COUNT],
                               bool with_layout) {
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < PARAMETER_COUNT; i++)
        if (values[i] && *values[i] && (with_layout || !parameters[i].is_of_layout))
            buffer_print(&out, "%s%s=%s", out.size ? "&" : "", parameters[i].name,
                         percent_encode(arena, values[i]));
    return out.data;
}

static const char *rewrite(struct arena *arena, const char *query, bool with_layout) {
    const char *values[PARAMETER_COUNT] = {NULL};
    for (const char *at = query; *at;) {
        size_t size = strcspn(at, "&");
        if (size && !note(arena, at, size, values))
            return NULL;
        at += size + (at[size] == '&');
    }
    return write_query(arena, values, with_layout);
}

const char *saved_view_query(struct arena *arena, const char *query) {
    return rewrite(arena, query, true);
}

const char *saved_view_list_query(struct arena *arena, const char *query) {
    return rewrite(arena, query, false);
}

/* ---- what is kept ---- */

enum outcome saved_view_list(struct db *db, struct arena *arena, int64_t user_id, struct saved_view **views,
                             size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &SAVED_VIEW_LIST, &rows, db_integer(user_id));
    if (result != DB_OK)
        return outcome_of(result);
    struct saved_view *found = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        found = arena_grow(arena, found, used, sizeof(*found));
        found[used++] = (struct saved_view){
            .id = db_get_integer(rows, 0),
            .name = db_get_text(rows, 1, arena),
            .query = db_get_text(rows, 2, arena),
        };
    }
    db_finish(rows);
    if (result == DB_END) {
        *views = found;
        *count = used;
    }
    return outcome_of(result);
}

enum outcome saved_view_save(struct db *db, const struct actor *actor, struct saved_view *view,
                             bool *is_new) {
    if (!may(actor, VERB_PROFILE_UPDATE, NULL))
        return OUTCOME_FORBIDDEN;
    int64_t id = 0;
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_find_integer(db, &SAVED_VIEW_REPLACE, &id, db_integer(actor->id), db_text(view->name),
                                 db_text(view->query));
    bool was_there = result == DB_OK;
    if (result == DB_END)
        result = db_find_integer(db, &SAVED_VIEW_INSERT, &id, db_integer(actor->id), db_text(view->name),
                                 db_text(view->query), db_integer(SAVED_VIEW_MOST));
    bool is_full = result == DB_END;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result == DB_OK) {
        view->id = id;
        *is_new = !was_there;
    }
    return is_full ? OUTCOME_CONFLICT : outcome_of(result);
}

enum outcome saved_view_delete(struct db *db, const struct actor *actor, int64_t id) {
    if (!may(actor, VERB_PROFILE_UPDATE, NULL))
        return OUTCOME_FORBIDDEN;
    enum db_result result = db_begin_write(db, actor->id);
    if (result == DB_OK)
        result = db_run(db, &SAVED_VIEW_DELETE, db_integer(id), db_integer(actor->id));
    bool found = result == DB_OK && db_changes(db) > 0;
    if (found)
        result = db_commit(db);
    db_rollback(db);
    return result == DB_OK && !found ? OUTCOME_NOT_FOUND : outcome_of(result);
}
