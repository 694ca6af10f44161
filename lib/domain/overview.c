#include "domain/overview.h"

#include "domain/day_words.h"

#include <string.h>

/* Three questions that an index of open tasks (task_open) and a table of days (task_flow) answer alone. */
DB_QUERY(OVERVIEW_DUE, "SELECT id, title, status, progress, priority, due_on FROM task "
                       "WHERE assignee_id = $1 AND due_on >= $2 AND due_on <= $3 "
                       "AND status <> 'done' AND deleted_at IS NULL "
                       "ORDER BY due_on, priority_rank DESC, id "
                       "LIMIT $4");
DB_QUERY(OVERVIEW_FLOW, "SELECT CASE WHEN day < $1 THEN $1 ELSE day END AS shown, status, sum(change) "
                        "FROM task_flow GROUP BY shown, status ORDER BY shown");
DB_QUERY(
    OVERVIEW_PEOPLE,
    "SELECT coalesce(load.assignee_id, 0), \"user\".name, load.open, load.doing, load.late, load.progress "
    "FROM (SELECT assignee_id, count(*) AS open, "
    "sum(CASE WHEN status = 'doing' THEN 1 ELSE 0 END) AS doing, "
    "sum(CASE WHEN due_on < $1 THEN 1 ELSE 0 END) AS late, sum(progress) AS progress "
    "FROM task WHERE status <> 'done' AND deleted_at IS NULL GROUP BY assignee_id) AS load "
    "LEFT JOIN \"user\" ON \"user\".id = load.assignee_id "
    "ORDER BY load.open DESC, \"user\".name, \"user\".id "
    "LIMIT $2");

static enum outcome find_due(struct db *db, struct arena *arena, int64_t user_id, const char *from,
                             const char *to, size_t most, struct due_tasks *due) {
    struct db_rows *rows = NULL;
    /* One more than is told tells whether there are more. */
    enum db_result result = db_start(db, &OVERVIEW_DUE, &rows, db_integer(user_id), db_text(from),
                                     db_text(to), db_integer((int64_t)most + 1));
    if (result != DB_OK)
        return outcome_of(result);
    struct due_tasks found = {0};
    while ((result = db_next(rows)) == DB_ROW) {
        if (found.count == most) {
            found.has_more = true;
            break;
        }
        found.tasks = arena_grow(arena, found.tasks, found.count, sizeof(*found.tasks));
        found.tasks[found.count++] = (struct task){
            .id = db_get_integer(rows, 0),
            .title = db_get_text(rows, 1, arena),
            .status = db_get_text(rows, 2, arena),
            .progress = db_get_integer(rows, 3),
            .priority = db_get_text(rows, 4, arena),
            .due_on = db_get_text(rows, 5, arena),
        };
    }
    db_finish(rows);
    *due = found;
    return outcome_of(result);
}

enum outcome overview_week(struct db *db, struct arena *arena, int64_t user_id, const char *today,
                           struct overview_week *week) {
    struct overview_week found = {0};
    char yesterday[CLOCK_DAY_BYTES];
    days_after(today, -1, yesterday);
    for (int i = 0; i < OVERVIEW_WEEK_DAYS; i++)
        days_after(today, i, found.days[i]);
    enum outcome outcome = find_due(db, arena, user_id, "", yesterday, OVERVIEW_MOST_LATE, &found.late);
    if (outcome == OUTCOME_OK)
        outcome = find_due(db, arena, user_id, today, found.days[OVERVIEW_WEEK_DAYS - 1], OVERVIEW_MOST_AHEAD,
                           &found.ahead);
    if (outcome == OUTCOME_OK)
        *week = found;
    return outcome;
}

static int64_t *number_of(struct flow_day *day, const char *status) {
    if (strcmp(status, "todo") == 0)
        return &day->todo;
    return strcmp(status, "doing") == 0 ? &day->doing : &day->done;
}

enum outcome overview_flow(struct db *db, struct arena *arena, struct overview_flow *flow) {
    size_t count = flow->count;
    days_after(flow->today, 1 - (int64_t)count, flow->first);
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &OVERVIEW_FLOW, &rows, db_text(flow->first));
    if (result != DB_OK)
        return outcome_of(result);
    struct flow_day *days = arena_take_array(arena, count, sizeof(*days));
    while ((result = db_next(rows)) == DB_ROW) {
        int64_t place = days_between(flow->first, db_peek_text(rows, 0).text);
        /* A clock that was set back has left days to come: today knows of them already. */
        if (place >= (int64_t)count)
            place = (int64_t)count - 1;
        *number_of(&days[place], db_peek_text(rows, 1).text) += db_get_integer(rows, 2);
    }
    db_finish(rows);
    for (size_t i = 1; i < count; i++) {
        days[i].todo += days[i - 1].todo;
        days[i].doing += days[i - 1].doing;
        days[i].done += days[i - 1].done;
    }
    flow->days = days;
    return outcome_of(result);
}

enum outcome overview_people(struct db *db, struct arena *arena, const char *today,
                             struct overview_people *people) {
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &OVERVIEW_PEOPLE, &rows, db_text(today), db_integer(OVERVIEW_MOST_PEOPLE + 1));
    if (result != DB_OK)
        return outcome_of(result);
    struct overview_people found = {0};
    while ((result = db_next(rows)) == DB_ROW) {
        if (found.count == OVERVIEW_MOST_PEOPLE) {
            found.has_more = true;
            break;
        }
        int64_t open = db_get_integer(rows, 2);
        found.loads = arena_grow(arena, found.loads, found.count, sizeof(*found.loads));
        found.loads[found.count++] = (struct load){
            .person = {db_get_integer(rows, 0), db_get_text(rows, 1, arena)},
            .open = open,
            .doing = db_get_integer(rows, 3),
            .late = db_get_integer(rows, 4),
            .progress = (db_get_integer(rows, 5) + open / 2) / open,
        };
    }
    db_finish(rows);
    *people = found;
    return outcome_of(result);
}
