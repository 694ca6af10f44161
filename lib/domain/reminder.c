#include "domain/reminder.h"

#include "base/clock.h"
#include "domain/day_words.h"

#include <stdio.h>

/* Whoever is in charge: her day and hour count. With the last day that the task was said to be due on. */
DB_QUERY(REMINDER_DUE, "SELECT task.id, task.due_on, \"user\".id, \"user\".mail_hour, \"user\".time_zone, "
                       "(SELECT max(event.day) FROM event "
                       "WHERE event.task_id = task.id AND event.day IS NOT NULL) "
                       "FROM task JOIN \"user\" ON \"user\".id = coalesce(task.assignee_id, task.creator_id) "
                       "WHERE task.due_on IS NOT NULL AND task.due_on <= $1 AND task.status <> 'done' "
                       "AND task.deleted_at IS NULL AND (task.due_on, task.id) > ($2, $3) "
                       "ORDER BY task.due_on, task.id");
DB_QUERY(REMINDER_INSERT,
         "INSERT INTO event (at, type, task_id, user_id, is_visible, day, detail) "
         "SELECT $6, 'task.due', $1, $2, 0, $3, json_object('task', json(task_snapshot.snapshot), "
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

/* What clocks show at the person's, a little ahead so that the reminder is there at her hour. Where that is
 * tomorrow already, and its hour not yet, today's late hour still counts. */
static struct clock_local her_time(const char *zone, int hour, int64_t now) {
    struct clock_local ahead = clock_local(zone, now + REMINDER_LEAD_S);
    return ahead.hour >= hour ? ahead : clock_local(zone, now);
}

/* The day a task is due and each day of the week after it; then, what nobody does is not shouted about: a
 * week after it was last said. By what was said, not by the calendar: a day that the server slept through, or
 * that her clock jumped over on a journey, is made up for, and one that comes twice is told once.
 * `last`: NULL, never. */
static bool is_day_to_say(int64_t days, const char *last, const char *day) {
    if (days > 0)
        return false;
    int64_t rested = last ? days_between(last, day) : REMINDER_DAILY_DAYS;
    return rested >= (-days <= REMINDER_DAILY_DAYS ? 1 : REMINDER_DAILY_DAYS);
}

/* False where it is not time yet, or said already. */
static bool read_due(struct arena *arena, struct db_rows *rows, int64_t now, struct reminder *reminder) {
    int hour = (int)db_get_integer(rows, 3);
    struct clock_local local = her_time(db_peek_text(rows, 4).text, hour, now);
    int64_t days = days_between(local.day, db_peek_text(rows, 1).text);
    if (local.hour < hour || !is_day_to_say(days, db_peek_text(rows, 5).text, local.day))
        return false;
    *reminder = (struct reminder){
        .task_id = db_get_integer(rows, 0),
        .user_id = db_get_integer(rows, 2),
        .days = days,
        .due_on = db_get_text(rows, 1, arena),
        .day = arena_copy(arena, local.day),
    };
    return true;
}

static enum db_result find_due(struct db *db, struct arena *arena, int64_t now, struct reminder_place *place,
                               struct reminder *reminders, size_t *count) {
    enum { DAY_S = 24 * 3600 };
    /* No zone is further ahead than a day. */
    char latest[CLOCK_DAY_BYTES];
    clock_write_day(now + DAY_S, latest);
    const struct reminder_place from = *place; /* texts are bound where they stand, and *place moves */
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(db, &REMINDER_DUE, &rows, db_text(latest), db_text(from.due_on), db_integer(from.task_id));
    if (result != DB_OK)
        return result;
    while (*count < REMINDER_BATCH && (result = db_next(rows)) == DB_ROW) {
        *count += read_due(arena, rows, now, &reminders[*count]);
        place->task_id = db_get_integer(rows, 0);
        (void)snprintf(place->due_on, sizeof(place->due_on), "%s", db_peek_text(rows, 1).text);
    }
    db_finish(rows);
    return result == DB_END || result == DB_ROW ? DB_OK : result;
}

enum outcome reminder_write(struct db *db, struct arena *arena, int64_t now, struct reminder_place *place,
                            bool *more) {
    struct reminder *reminders = arena_take_array(arena, REMINDER_BATCH, sizeof(*reminders));
    size_t count = 0;
    enum db_result result = find_due(db, arena, now, place, reminders, &count);
    *more = count == REMINDER_BATCH;
    if (result != DB_OK || !count) /* with nothing due no write turn is taken */
        return outcome_of(result);
    result = db_begin_write(db, 0);
    for (size_t i = 0; i < count && result == DB_OK; i++)
        result = db_run(db, &REMINDER_INSERT, db_integer(reminders[i].task_id),
                        db_integer(reminders[i].user_id), db_text(reminders[i].day),
                        db_text(reminders[i].due_on), db_integer(reminders[i].days), db_integer(now));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}
