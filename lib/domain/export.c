/* Each part is a statement and the names of its columns: whoever adds a table about people adds a part here.
 */
#include "domain/export.h"

DB_QUERY(EXPORT_PROFILE,
         "SELECT id, email, email_is_verified, email_pending, name, role, language, created_at "
         "FROM \"user\" WHERE id = $1");
DB_QUERY(EXPORT_CODES, "SELECT purpose, email, created_at, expires_at FROM account_token WHERE user_id = $1 "
                       "ORDER BY purpose");
DB_QUERY(EXPORT_PREFERENCES,
         "SELECT mail_how, mail_level, mail_own, mail_hour, time_zone FROM \"user\" WHERE id = $1");
DB_QUERY(
    EXPORT_SESSIONS,
    "SELECT id, created_at, expires_at, browser, has_factor FROM session WHERE user_id = $1 ORDER BY id");
DB_QUERY(EXPORT_FACTOR,
         "SELECT confirmed_at, created_at, "
         "(SELECT count(*) FROM recovery_code WHERE user_id = $1) FROM factor WHERE user_id = $1");
DB_QUERY(EXPORT_TOKENS, "SELECT id, name, scope, created_at, expires_at FROM api_token WHERE user_id = $1 "
                        "ORDER BY id");
DB_QUERY(EXPORT_CALENDAR, "SELECT created_at FROM calendar_link WHERE user_id = $1");
DB_QUERY(EXPORT_TASKS, "SELECT id, title, description, status, progress, priority, assignee_id, creator_id, "
                       "due_on, labels, version, created_at, updated_at, deleted_at FROM task "
                       "WHERE id IN (SELECT id FROM task WHERE creator_id = $1 "
                       "UNION SELECT id FROM task WHERE assignee_id = $1) "
                       "ORDER BY id");
DB_QUERY(EXPORT_COMMENTS, "SELECT id, task_id, body, created_at FROM comment WHERE author_id = $1 "
                          "ORDER BY id");
DB_QUERY(EXPORT_WATCHES, "SELECT task_id, state FROM task_watcher WHERE user_id = $1 ORDER BY task_id");
DB_QUERY(EXPORT_EVENTS, "SELECT id, at, type, actor_id, user_id, task_id, detail FROM event "
                        "WHERE id IN (SELECT id FROM event WHERE actor_id = $1 "
                        "UNION SELECT id FROM event WHERE user_id = $1) "
                        "ORDER BY id");
DB_QUERY(EXPORT_MAILS, "SELECT id, kind, task_id, state, error, created_at, sent_at FROM delivery "
                       "WHERE user_id = $1 "
                       "ORDER BY id");
DB_QUERY(EXPORT_INVITATIONS, "SELECT id, email, role, created_at, expires_at FROM invitation "
                             "WHERE creator_id = $1 "
                             "ORDER BY id");
DB_QUERY(EXPORT_SUPPRESSION, "SELECT reason, detail, created_at FROM suppression "
                             "WHERE email_key = (SELECT email_key FROM \"user\" WHERE id = $1)");

DB_QUERY(EXPORT_VIEWS, "SELECT id, name, query FROM saved_view WHERE user_id = $1 ORDER BY name");

enum kind { TEXT, NUMBER, TIME, FLAG, JSON };

enum { MOST_COLUMNS = 14 };

static const struct part {
    const char *key;
    const struct db_query *query;
    bool is_list; /* else one object, or null */
    struct {
        const char *key;
        enum kind kind;
    } columns[MOST_COLUMNS];
} parts[] = {
    {"profile",
     &EXPORT_PROFILE,
     false,
     {{"id", NUMBER},
      {"email", TEXT},
      {"email_is_verified", FLAG},
      {"email_pending", TEXT},
      {"name", TEXT},
      {"role", TEXT},
      {"language", TEXT},
      {"created_at", TIME}}},
    {"preferences",
     &EXPORT_PREFERENCES,
     false,
     {{"mail_how", TEXT},
      {"mail_level", TEXT},
      {"mail_own", FLAG},
      {"mail_hour", NUMBER},
      {"time_zone", TEXT}}},
    {"sessions",
     &EXPORT_SESSIONS,
     true,
     {{"id", NUMBER}, {"created_at", TIME}, {"expires_at", TIME}, {"browser", TEXT}, {"has_factor", FLAG}}},
    {"factor",
     &EXPORT_FACTOR,
     false,
     {{"confirmed_at", TIME}, {"created_at", TIME}, {"recovery_codes", NUMBER}}},
    {"mailed_codes",
     &EXPORT_CODES,
     true,
     {{"purpose", TEXT}, {"email", TEXT}, {"created_at", TIME}, {"expires_at", TIME}}},
    {"tokens",
     &EXPORT_TOKENS,
     true,
     {{"id", NUMBER}, {"name", TEXT}, {"scope", TEXT}, {"created_at", TIME}, {"expires_at", TIME}}},
    {"views", &EXPORT_VIEWS, true, {{"id", NUMBER}, {"name", TEXT}, {"query", TEXT}}},
    {"calendar", &EXPORT_CALENDAR, false, {{"created_at", TIME}}},
    {"tasks",
     &EXPORT_TASKS,
     true,
     {{"id", NUMBER},
      {"title", TEXT},
      {"description", TEXT},
      {"status", TEXT},
      {"progress", NUMBER},
      {"priority", TEXT},
      {"assignee_id", NUMBER},
      {"creator_id", NUMBER},
      {"due_on", TEXT},
      {"labels", JSON},
      {"version", NUMBER},
      {"created_at", TIME},
      {"updated_at", TIME},
      {"deleted_at", TIME}}},
    {"comments",
     &EXPORT_COMMENTS,
     true,
     {{"id", NUMBER}, {"task_id", NUMBER}, {"body", TEXT}, {"created_at", TIME}}},
    {"watches", &EXPORT_WATCHES, true, {{"task_id", NUMBER}, {"state", TEXT}}},
    {"events",
     &EXPORT_EVENTS,
     true,
     {{"id", NUMBER},
      {"time", TIME},
      {"type", TEXT},
      {"actor_id", NUMBER},
      {"user_id", NUMBER},
      {"task_id", NUMBER},
      {"detail", JSON}}},
    {"mails",
     &EXPORT_MAILS,
     true,
     {{"id", NUMBER},
      {"kind", TEXT},
      {"task_id", NUMBER},
      {"state", TEXT},
      {"error", TEXT},
      {"created_at", TIME},
      {"sent_at", TIME}}},
    {"invitations",
     &EXPORT_INVITATIONS,
     true,
     {{"id", NUMBER}, {"email", TEXT}, {"role", TEXT}, {"created_at", TIME}, {"expires_at", TIME}}},
    {"suppression", &EXPORT_SUPPRESSION, false, {{"reason", TEXT}, {"detail", TEXT}, {"created_at", TIME}}},
};

static void write_value(struct json_writer *json, const char *key, enum kind kind, struct db_rows *rows,
                        int column) {
    if (db_is_null(rows, column)) {
        json_add_null(json, key);
        return;
    }
    switch (kind) {
    case TEXT:
        json_add_text(json, key, db_peek_text(rows, column).text);
        break;
    case NUMBER:
        json_add_integer(json, key, db_get_integer(rows, column));
        break;
    case TIME:
        json_add_time(json, key, db_get_integer(rows, column));
        break;
    case FLAG:
        json_add_boolean(json, key, db_get_integer(rows, column) != 0);
        break;
    case JSON:
        json_add_raw(json, key, db_peek_text(rows, column).text);
        break;
    }
}

static enum db_result write_part(struct db *db, int64_t user_id, struct json_writer *json,
                                 const struct part *part) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, part->query, &rows, db_integer(user_id));
    if (result != DB_OK)
        return result;
    size_t count = 0;
    json_key(json, part->key);
    if (part->is_list)
        json_open_array(json);
    for (; (result = db_next(rows)) == DB_ROW; count++) {
        json_open_object(json);
        for (int i = 0; i < MOST_COLUMNS && part->columns[i].key; i++)
            write_value(json, part->columns[i].key, part->columns[i].kind, rows, i);
        json_close_object(json);
    }
    if (part->is_list)
        json_close_array(json);
    else if (!count)
        json_null(json);
    db_finish(rows);
    return result;
}

enum outcome export_write(struct db *db, int64_t user_id, struct json_writer *json) {
    enum db_result result = DB_END;
    json_open_object(json);
    for (size_t i = 0; i < COUNT(parts) && result == DB_END; i++)
        result = write_part(db, user_id, json, &parts[i]);
    json_close_object(json);
    return outcome_of(result);
}
