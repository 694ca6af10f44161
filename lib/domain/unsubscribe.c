#include "domain/unsubscribe.h"

#include "domain/user_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PURPOSE "unsubscribe"

DB_QUERY(UNSUBSCRIBE_STATE, "SELECT " USER_COLUMNS ", task_watcher.state "
                            "FROM \"user\" LEFT JOIN task_watcher "
                            "ON task_watcher.user_id = \"user\".id AND task_watcher.task_id = $2 "
                            "WHERE \"user\".id = $1");
/* How mails came before they were stopped is not kept: to go on is to go on as usual. */
DB_QUERY(UNSUBSCRIBE_ALL, "UPDATE \"user\" SET mail_how = 'off' WHERE id = $1");
DB_QUERY(UNSUBSCRIBE_RESUME_ALL, "UPDATE \"user\" "
                                 "SET mail_how = CASE mail_how WHEN 'off' THEN 'coalesced' ELSE mail_how END "
                                 "WHERE id = $1");
DB_QUERY(UNSUBSCRIBE_TASK,
         "INSERT INTO task_watcher (task_id, user_id, state) "
         "SELECT task.id, \"user\".id, 'mute' FROM task JOIN \"user\" ON \"user\".id = $2 WHERE task.id = $1 "
         "ON CONFLICT (task_id, user_id) DO UPDATE SET state = 'mute'");
DB_QUERY(UNSUBSCRIBE_RESUME_TASK,
         "DELETE FROM task_watcher WHERE task_id = $1 AND user_id = $2 AND state = 'mute'");

static const char *names(struct arena *arena, const struct unsubscribe *unsubscribe) {
    return arena_print(arena, "%lld.%lld", (long long)unsubscribe->user_id, (long long)unsubscribe->task_id);
}

const char *unsubscribe_token(struct arena *arena, const struct signer *signer,
                              const struct unsubscribe *unsubscribe) {
    const char *text = names(arena, unsubscribe);
    return arena_print(arena, "%s.%s", text, signature_make(arena, signer, PURPOSE, text));
}

static bool read_number(const char **text, int64_t *number) {
    char *end = NULL;
    errno = 0;
    long long value = **text >= '0' && **text <= '9' ? strtoll(*text, &end, 10) : -1;
    if (value < 0 || errno || !end || *end != '.')
        return false;
    *number = value;
    *text = end + 1;
    return true;
}

enum outcome unsubscribe_read(const struct signer *signer, struct arena *arena, const char *token,
                              struct unsubscribe *unsubscribe) {
    struct unsubscribe found = {0};
    if (!read_number(&token, &found.user_id) || !read_number(&token, &found.task_id) ||
        !signature_is_good(signer, PURPOSE, names(arena, &found), token))
        return OUTCOME_INVALID;
    *unsubscribe = found;
    return OUTCOME_OK;
}

enum outcome unsubscribe_find(struct db *db, struct arena *arena, const struct unsubscribe *unsubscribe,
                              struct unsubscribe_state *state) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &UNSUBSCRIBE_STATE, &rows, db_integer(unsubscribe->user_id),
                                     db_integer(unsubscribe->task_id));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW) {
        struct user user = {0};
        user_read_row(rows, arena, &user);
        state->language = user.language;
        state->is_stopped = unsubscribe->task_id ? db_text_is(rows, USER_COLUMN_COUNT, "mute")
                                                 : strcmp(user.mail.how, "off") == 0;
    }
    db_finish(rows);
    return result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
}

/* It is the person's own doing, wherever it comes from. */
static enum outcome write(struct db *db, const struct unsubscribe *unsubscribe, const struct db_query *of_all,
                          const struct db_query *of_task, bool *found) {
    enum db_result result = db_begin_write(db, unsubscribe->user_id);
    if (result == DB_OK && unsubscribe->task_id)
        result = db_run(db, of_task, db_integer(unsubscribe->task_id), db_integer(unsubscribe->user_id));
    else if (result == DB_OK)
        result = db_run(db, of_all, db_integer(unsubscribe->user_id));
    *found = result == DB_OK && db_changes(db) > 0;
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    /* Nobody can act who is not there. */
    return result == DB_CONSTRAINT ? OUTCOME_OK : outcome_of(result);
}

enum outcome unsubscribe_stop(struct db *db, const struct unsubscribe *unsubscribe) {
    bool found = false;
    enum outcome outcome = write(db, unsubscribe, &UNSUBSCRIBE_ALL, &UNSUBSCRIBE_TASK, &found);
    return outcome == OUTCOME_OK && !found ? OUTCOME_NOT_FOUND : outcome;
}

enum outcome unsubscribe_resume(struct db *db, const struct unsubscribe *unsubscribe) {
    bool found = false;
    return write(db, unsubscribe, &UNSUBSCRIBE_RESUME_ALL, &UNSUBSCRIBE_RESUME_TASK, &found);
}
