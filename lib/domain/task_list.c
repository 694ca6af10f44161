/*
 * The list's statement is put together from the constant pieces below, chosen, never made, by what was asked;
 * values are parameters. Paging is by key: a cursor holds the sort value and id of the last row, and the next
 * page starts behind it, so that a page costs the same at the first and the last of a million tasks.
 */
#include "domain/task_list.h"

#include "base/clock.h"
#include "base/random.h"
#include "data/db_search.h"
#include "domain/task_row.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const TASK_SORTS[] = {"updated", "created", "due", "priority", "progress", "title", NULL};
const char *const TASK_DUES[] = {"overdue", "today", "week", NULL};

enum { MOST_VALUES = 12, WEEK_S = 7 * 24 * 3600 };

static const struct {
    const char *column;
    bool is_text;
} sorts[SORT_COUNT] = {
    [SORT_UPDATED] = {"task.updated_at", false}, [SORT_CREATED] = {"task.created_at", false},
    [SORT_DUE] = {"task.due_rank", true},        [SORT_PRIORITY] = {"task.priority_rank", false},
    [SORT_PROGRESS] = {"task.progress", false},  [SORT_TITLE] = {"task.title", true},
};

struct statement {
    struct buffer text;
    struct db_value values[MOST_VALUES];
    size_t count;
};

/* Adds a condition; each $%d in it becomes the next parameter. */
static void add_where(struct statement *statement, const char *condition, struct db_value value) {
    assert(statement->count < MOST_VALUES);
    statement->values[statement->count++] = value;
    buffer_add(&statement->text, " AND ");
    const char *place = strstr(condition, "%d");
    assert(place);
    buffer_add_bytes(&statement->text, condition, (size_t)(place - condition));
    buffer_add_integer(&statement->text, (int64_t)statement->count);
    buffer_add(&statement->text, place + 2);
}

static void add_due(struct statement *statement, struct arena *arena, enum task_due due) {
    int64_t now = clock_now();
    char *today = arena_take(arena, CLOCK_DAY_BYTES);
    char *last = arena_take(arena, CLOCK_DAY_BYTES);
    clock_write_day(now, today);
    clock_write_day(now + (due == DUE_WEEK ? WEEK_S : 0), last);
    if (due == DUE_OVERDUE) {
        add_where(statement, "task.due_rank < $%d", db_text(today));
        buffer_add(&statement->text, " AND task.status <> 'done'");
    } else if (due != DUE_ANY) {
        add_where(statement, "task.due_rank >= $%d", db_text(today));
        add_where(statement, "task.due_rank <= $%d", db_text(last));
    }
}

static const char *cursor_write(struct arena *arena, const struct task_filter *filter,
                                const struct task *last, const char *key) {
    const char *text = arena_print(arena, "%u%c%lld,%s", (unsigned)filter->sort,
                                   filter->is_descending ? 'd' : 'a', (long long)last->id, key);
    return base64url_encode(arena, text, strlen(text));
}

/* The sort value and id that a cursor holds; false if it is not one of this order. */
static bool cursor_read(struct arena *arena, const struct task_filter *filter, struct db_value *key,
                        int64_t *id) {
    size_t size = 0;
    const char *text = base64url_decode(arena, filter->after, &size);
    if (!text || size < 4 || strlen(text) != size)
        return false;
    if (text[0] != '0' + (int)filter->sort || text[1] != (filter->is_descending ? 'd' : 'a'))
        return false;
    char *end = NULL;
    *id = strtoll(text + 2, &end, 10);
    if (end == text + 2 || *end != ',')
        return false;
    const char *value = end + 1;
    if (sorts[filter->sort].is_text) {
        *key = db_text(value);
        return true;
    }
    *key = db_integer(strtoll(value, &end, 10));
    return end != value && !*end;
}

static bool add_after(struct statement *statement, struct arena *arena, const struct task_filter *filter) {
    struct db_value key = db_null();
    int64_t id = 0;
    if (!cursor_read(arena, filter, &key, &id))
        return false;
    assert(statement->count + 2 <= MOST_VALUES);
    statement->values[statement->count++] = key;
    statement->values[statement->count++] = db_integer(id);
    buffer_print(&statement->text, " AND (%s, task.id) %c ($%zu, $%zu)", sorts[filter->sort].column,
                 filter->is_descending ? '<' : '>', statement->count - 1, statement->count);
    return true;
}

/* False if the cursor is not one. */
static bool compose(struct statement *statement, struct arena *arena, const struct task_filter *filter) {
    const char *column = sorts[filter->sort].column;
    statement->text = buffer_new(arena, 1024);
    buffer_print(&statement->text,
                 "SELECT " TASK_COLUMNS ", %s FROM " TASK_TABLES " WHERE task.is_deleted = %d", column,
                 filter->in_bin);
    if (filter->status)
        add_where(statement, "task.status = $%d", db_text(filter->status));
    if (filter->assignee_id > 0)
        add_where(statement, "task.assignee_id = $%d", db_integer(filter->assignee_id));
    else if (filter->assignee_id == 0)
        buffer_add(&statement->text, " AND task.assignee_id IS NULL");
    if (filter->creator_id > 0)
        add_where(statement, "task.creator_id = $%d", db_integer(filter->creator_id));
    if (filter->label)
        add_where(statement, "task.id IN (SELECT task_id FROM task_label WHERE label = $%d)",
                  db_text(filter->label));
    if (filter->words) {
        const char *expression = search_expression(arena, filter->words);
        if (expression)
            add_where(statement, SEARCH_CONDITION, db_text(expression));
        else
            buffer_add(&statement->text, " AND 1 = 0");
    }
    add_due(statement, arena, filter->due);
    if (filter->after && !add_after(statement, arena, filter))
        return false;
    const char *direction = filter->is_descending ? "DESC" : "ASC";
    buffer_print(&statement->text, " ORDER BY %s %s, task.id %s LIMIT $%zu", column, direction, direction,
                 statement->count + 1);
    /* One more than asked for tells whether there is a next page. */
    statement->values[statement->count++] = db_integer(filter->limit + 1);
    return true;
}

enum outcome task_list(struct db *db, struct arena *arena, const struct task_filter *filter,
                       struct task_page *page) {
    assert(filter->sort < SORT_COUNT && filter->limit >= 1 && filter->limit <= TASK_LIST_MOST);
    struct statement statement = {.count = 0};
    if (!compose(&statement, arena, filter))
        return OUTCOME_INVALID;
    struct db_query query = {"TASK_LIST", statement.text.data};
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &query, &rows, statement.values, statement.count);
    if (result != DB_OK)
        return outcome_of(result);
    struct task_page found = {.tasks = arena_take_array(arena, (size_t)filter->limit, sizeof(struct task))};
    const char *key = NULL;
    while ((result = db_next(rows)) == DB_ROW) {
        if (found.count == (size_t)filter->limit) {
            found.next = cursor_write(arena, filter, &found.tasks[found.count - 1], key);
            break;
        }
        task_read_row(rows, arena, &found.tasks[found.count++]);
        key = found.count == (size_t)filter->limit ? db_get_text(rows, 16, arena) : NULL;
    }
    db_finish(rows);
    enum outcome outcome = outcome_of(result);
    if (outcome == OUTCOME_OK)
        *page = found;
    return outcome;
}
