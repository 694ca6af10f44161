#include "domain/reminder.h"

#include "base/clock.h"
#include "domain/day_words.h"

#include <string.h>

/* Whoever is in charge: her day and hour count. */
DB_QUERY(REMINDER_DUE, "SELECT task.id, task.due_on, \"user\".id, \"user\".mail_hour, \"user\".time_zone "
                       "FROM task JOIN \"user\" ON \"user\".id = coalesce(task.assignee_id, task.creator_id) "
                       "WHERE task.due_on IS NOT NULL AND task.due_on <= $1 AND task.status <> 'done' "
                       "AND task.deleted_at IS NULL "
                       "ORDER BY task.due_on DESC, task.id");
DB_QUERY(REMINDER_KNOWN, "SELECT 1 FROM event WHERE task_id = $1 AND day = $2");
DB_QUERY(REMINDER_INSERT,
         "INSERT INTO event (type, task_id, user_id, is_visible, day, detail) "
         "SELECT 'task.due', $1, $2, 0, $3, json_object('task', json(task_snapshot.snapshot), "
         "'due', json_object('on', $4, 'days', $5)) "
         "FROM task_snapshot WHERE task_snapshot.id = $1 "
         "ON CONFLICT DO NOTHING");

struct reminder {
    int64_t task_id;
    int64_t user_id;
    int64_t days; /* until it is due; below 0: late */
    const char *due_on;
    const char *day;
};

/* The first day a task is due, each day of a week, and then once a week: what nobody does is not shouted
 * about. */
static bool is_day_to_say(int64_t days) {
    return days <= 0 && (-days <= REMINDER_DAILY_DAYS || -days % REMINDER_DAILY_DAYS == 0);
}

/* False where it is not time yet, or said already. */
static enum db_result read_due(struct db *db, struct arena *arena, struct db_rows *rows, int64_t now,
                               struct reminder *reminder, bool *is_time) {
    struct clock_local local = clock_local(db_peek_text(rows, 4).text, now + REMINDER_LEAD_S);
    int64_t days = days_between(local.day, db_peek_text(rows, 1).text);
    *is_time = is_day_to_say(days) && local.hour >= (int)db_get_integer(rows, 3);
    if (!*is_time)
        return DB_OK;
    *reminder = (struct reminder){
        .task_id = db_get_integer(rows, 0),
        .user_id = db_get_integer(rows, 2),
        .days = days,
        .due_on = db_get_text(rows, 1, arena),
        .day = arena_copy(arena, local.day),
    };
    int64_t known = 0;
    enum db_result result =
        db_find_integer(db, &REMINDER_KNOWN, &known, db_integer(reminder->task_id), db_text(reminder->day));
    *is_time = result == DB_END;
    return result == DB_END ? DB_OK : result;
}

static enum db_result find_due(struct db *db, struct arena *arena, int64_t now, struct reminder *reminders,
                               size_t *count) {
    enum { DAY_S = 24 * 3600 };
    /* No zone is further ahead than a day. */
    char latest[CLOCK_DAY_BYTES];
    clock_write_day(now + DAY_S, latest);
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &REMINDER_DUE, &rows, db_text(latest));
    if (result != DB_OK)
        return result;
    while (*count < REMINDER_BATCH && (result = db_next(rows)) == DB_ROW) {
        bool is_time = false;
        enum db_result read = read_due(db, arena, rows, now, &reminders[*count], &is_time);
        if (read != DB_OK) {
            result = read;
            break;
        }
        *count += is_time;
    }
    db_finish(rows);
    return result == DB_END || result == DB_ROW ? DB_OK : result;
}

enum outcome reminder_write(struct db *db, struct arena *arena, int64_t now, bool *more) {
    struct reminder *reminders = arena_take_array(arena, REMINDER_BATCH, sizeof(*reminders));
    size_t count = 0;
    enum db_result result = find_due(db, arena, now, reminders, &count);
    *more = count == REMINDER_BATCH;
    if (result != DB_OK || !count) /* with nothing due no write turn is taken */
        return outcome_of(result);
    result = db_begin_write(db, 0);
    for (size_t i = 0; i < count && result == DB_OK; i++)
        result =
            db_run(db, &REMINDER_INSERT, db_integer(reminders[i].task_id), db_integer(reminders[i].user_id),
                   db_text(reminders[i].day), db_text(reminders[i].due_on), db_integer(reminders[i].days));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
