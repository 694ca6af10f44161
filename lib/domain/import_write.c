/*
 * What readers found becomes ours, in one transaction: all of it or nothing.
 *
 * Each task and comment leaves its key in import_origin, by which it is known again: an import can be
 * repeated, also with a newer file. Then a field that changed in the other program changes here, unless
 * people changed the same field here meanwhile: theirs stays, and a note says so. That is the merge of
 * task_update, with the version at which both last agreed as the one that was seen.
 *
 * Nobody is mailed, unless asked for: the triggers put each event into the outbox, and those of the import
 * are taken out again before it ends.
 */
#include "domain/import_ready.h"

#include "domain/comment.h"

#include <string.h>

DB_QUERY(IMPORT_KNOWN_TASK, "SELECT task_id, version FROM import_origin "
                            "WHERE source = $1 AND kind = 'task' AND external_id = $2");
DB_QUERY(IMPORT_KNOWN_COMMENT, "SELECT comment_id FROM import_origin "
                               "WHERE source = $1 AND kind = 'comment' AND external_id = $2");
DB_QUERY(IMPORT_TASK_ORIGIN,
         "INSERT INTO import_origin (source, kind, external_id, task_id, version) "
         "VALUES ($1, 'task', $2, $3, $4) "
         "ON CONFLICT (source, kind, external_id) DO UPDATE SET version = excluded.version");
DB_QUERY(IMPORT_COMMENT_ORIGIN, "INSERT INTO import_origin (source, kind, external_id, comment_id) "
                                "VALUES ($1, 'comment', $2, $3)");
DB_QUERY(IMPORT_COMMENT, "INSERT INTO comment (task_id, author_id, body, created_at) "
                         "VALUES ($1, $2, $3, $4) "
                         "RETURNING id");
DB_QUERY(IMPORT_WATCHER, "INSERT INTO task_watcher (task_id, user_id, state) VALUES ($1, $2, 'watch') "
                         "ON CONFLICT (task_id, user_id) DO NOTHING");
/* No change that people see, hence no version and no event. */
DB_QUERY(IMPORT_TIMES, "UPDATE task SET created_at = $2, updated_at = $3 WHERE id = $1");
DB_QUERY(IMPORT_LAST_EVENT, "SELECT coalesce(max(id), 0) FROM event");
DB_QUERY(IMPORT_MAIL_NOBODY, "DELETE FROM outbox WHERE event_id > $1");
DB_QUERY(IMPORT_SILENCE, "INSERT INTO import_silence (first_event_id, last_event_id, source) "
                         "SELECT min(id), max(id), $2 FROM event WHERE id > $1 HAVING count(*) > 0");

/* ---- what hangs on a task ---- */

static void add_line(const struct import_writer *writer, const char *line) {
    struct import_report *report = writer->report;
    struct arena *arena = writer->import->arena;
    report->lines = arena_grow(arena, report->lines, report->line_count, sizeof(*report->lines));
    report->lines[report->line_count++] = line;
}

static enum db_result write_comment(const struct import_writer *writer, int64_t task_id, int64_t author_id,
                                    const char *key, const char *body, int64_t at) {
    int64_t known = 0;
    const char *source = writer->target->source;
    enum db_result result =
        db_find_integer(writer->db, &IMPORT_KNOWN_COMMENT, &known, db_text(source), db_text(key));
    if (result != DB_END) {
        writer->report->comments_same += result == DB_OK;
        return result;
    }
    int64_t id = 0;
    result = db_find_integer(writer->db, &IMPORT_COMMENT, &id, db_integer(task_id), db_integer(author_id),
                             db_text(body), db_integer(at));
    if (result == DB_OK)
        result = db_run(writer->db, &IMPORT_COMMENT_ORIGIN, db_text(source), db_text(key), db_integer(id));
    writer->report->comments_new += result == DB_OK;
    return result;
}

/* A text in as many comments as it takes. */
static enum db_result write_pieces(const struct import_writer *writer, int64_t task_id, int64_t author_id,
                                   const char *key, const char *text, int64_t at) {
    struct arena *arena = writer->import->arena;
    enum db_result result = DB_OK;
    for (int piece = 1; *text && result == DB_OK; piece++) {
        size_t size = import_cut(text, COMMENT_MOST_BYTES);
        const char *own = piece == 1 ? key : arena_print(arena, "%s/%d", key, piece);
        result = write_comment(writer, task_id, author_id, own, arena_copy_bytes(arena, text, size), at);
        text += size;
    }
    return result;
}

static enum db_result write_comments(const struct import_writer *writer, const struct import_ready *ready,
                                     int64_t task_id, int64_t now) {
    struct arena *arena = writer->import->arena;
    enum db_result result = DB_OK;
    if (ready->rest)
        result = write_pieces(writer, task_id, ready->creator_id,
                              arena_print(arena, "%s/description", ready->task->key), ready->rest,
                              ready->task->created_at ? ready->task->created_at : now);
    for (size_t i = 0; i < ready->task->comment_count && result == DB_OK; i++) {
        const struct import_comment *comment = &ready->task->comments[i];
        const struct user *author = import_people_find(writer->people, &comment->author);
        const char *name = import_person_name(&comment->author);
        const char *body = comment->body;
        if (!author)
            body = arena_print(
                arena, "%s\n\n%s",
                import_sentence(writer, WORDS_IMPORT_SAID,
                                name ? name : words(writer->target->actor.language, WORDS_IMPORT_SOMEBODY)),
                body);
        result = write_pieces(writer, task_id, author ? author->id : writer->target->actor.id, comment->key,
                              body, comment->created_at ? comment->created_at : now);
    }
    return result;
}

static enum db_result write_watchers(const struct import_writer *writer, const struct import_task *task,
                                     int64_t task_id) {
    enum db_result result = DB_OK;
    for (size_t i = 0; i < task->watcher_count && result == DB_OK; i++) {
        const struct user *user = import_people_find(writer->people, &task->watchers[i]);
        if (user)
            result = db_run(writer->db, &IMPORT_WATCHER, db_integer(task_id), db_integer(user->id));
    }
    return result;
}

/* What hangs on a task that is there: comments, who watches, its times, and where it came from. */
static enum outcome write_rest(const struct import_writer *writer, const struct import_ready *ready,
                               const struct task *task, int64_t version, bool is_touched) {
    size_t comments_before = writer->report->comments_new;
    enum db_result result = db_begin_write(writer->db, writer->target->actor.id);
    if (result != DB_OK)
        return outcome_of(result);
    const struct import_task *given = ready->task;
    int64_t created_at = given->created_at ? given->created_at : task->created_at;
    int64_t updated_at = given->updated_at ? given->updated_at : task->updated_at;
    result = write_comments(writer, ready, task->id, task->updated_at);
    if (result == DB_OK)
        result = write_watchers(writer, given, task->id);
    if (result == DB_OK && (is_touched || writer->report->comments_new > comments_before))
        result = db_run(writer->db, &IMPORT_TIMES, db_integer(task->id), db_integer(created_at),
                        db_integer(updated_at < created_at ? created_at : updated_at));
    if (result == DB_OK)
        result = db_run(writer->db, &IMPORT_TASK_ORIGIN, db_text(writer->target->source), db_text(given->key),
                        db_integer(task->id), db_integer(version));
    if (result == DB_OK)
        result = db_commit(writer->db);
    db_rollback(writer->db);
    return outcome_of(result);
}

static enum outcome write_new(const struct import_writer *writer, struct arena *batch,
                              const struct import_ready *ready) {
    struct task task = {0};
    enum outcome outcome = task_create(writer->db, batch, ready->creator_id, &ready->values, &task);
    if (outcome != OUTCOME_OK)
        return outcome;
    writer->report->tasks_new++;
    add_line(writer, arena_print(writer->import->arena, "+ %s: %s", ready->task->where, ready->values.title));
    return write_rest(writer, ready, &task, task.version, true);
}

static bool same_text(const char *one, const char *other) {
    return one && other ? strcmp(one, other) == 0 : one == other;
}

/* The fields in which a task is not as the values say. */
static unsigned different(const struct task *task, const struct task_values *values) {
    unsigned fields = 0;
    fields |= same_text(task->title, values->title) ? 0 : TASK_TITLE;
    fields |= same_text(task->description, values->description) ? 0 : TASK_DESCRIPTION;
    fields |= same_text(task->status, values->status) ? 0 : TASK_STATUS;
    fields |= task->progress == values->progress ? 0 : TASK_PROGRESS;
    fields |= same_text(task->priority, values->priority) ? 0 : TASK_PRIORITY;
    fields |= task->assignee.id == values->assignee_id ? 0 : TASK_ASSIGNEE;
    fields |= same_text(task->due_on, values->due_on) ? 0 : TASK_DUE;
    fields |= same_text(task->labels, values->labels) ? 0 : TASK_LABELS;
    return fields;
}

static const char *names_of(struct arena *arena, unsigned fields) {
    struct buffer out = buffer_new(arena, 64);
    for (unsigned bit = 1; bit <= TASK_LABELS; bit <<= 1)
        if (fields & bit)
            buffer_print(&out, "%s%s", out.size ? ", " : "", task_field_name(bit));
    return out.data;
}

/* Status and progress stand or fall together. */
static unsigned with_both(unsigned fields) {
    enum { BOTH = TASK_STATUS | TASK_PROGRESS };
    return fields & BOTH ? fields | BOTH : fields;
}

/* Brings a task that was taken before up to the file; what people changed here stays. */
static enum outcome update(const struct import_writer *writer, struct arena *batch,
                           const struct import_ready *ready, const struct task *before, int64_t version,
                           struct task *after, unsigned *kept) {
    struct task_values values = ready->values;
    enum outcome outcome = OUTCOME_CONFLICT;
    *kept = 0;
    while (values.fields && (outcome == OUTCOME_CONFLICT || outcome == OUTCOME_INVALID)) {
        unsigned conflict = 0;
        outcome = task_update(writer->db, batch, writer->target->actor.id, before->id, version, &values,
                              after, &conflict);
        if (outcome == OUTCOME_INVALID && !conflict)
            return OUTCOME_FAILED;
        if (outcome != OUTCOME_OK) {
            *kept |= with_both(conflict);
            values.fields &= ~with_both(conflict);
        }
    }
    if (!values.fields) {
        *after = *before;
        outcome = OUTCOME_OK;
    }
    return outcome;
}

static enum outcome write_known(const struct import_writer *writer, struct arena *batch,
                                const struct import_ready *ready, int64_t task_id, int64_t version) {
    struct task before = {0};
    struct task after = {0};
    unsigned kept = 0;
    enum outcome outcome = task_find(writer->db, batch, task_id, true, &before);
    if (outcome == OUTCOME_OK && before.is_deleted) {
        writer->report->tasks_in_bin++;
        import_note(writer->import, ready->task->where, "#%lld lies in the bin and stays there",
                    (long long)task_id);
        return OUTCOME_OK;
    }
    if (outcome == OUTCOME_OK)
        outcome = update(writer, batch, ready, &before, version, &after, &kept);
    if (outcome != OUTCOME_OK)
        return outcome;
    const char *where = ready->task->where;
    if (kept)
        import_note(writer->import, where, "#%lld was changed here, too, and keeps its own: %s",
                    (long long)task_id, names_of(batch, kept));
    bool is_changed = after.version != before.version;
    if (is_changed) {
        struct task_values now = ready->values;
        unsigned fields = different(&before, &now) & ~different(&after, &now);
        writer->report->tasks_changed++;
        add_line(writer, arena_print(writer->import->arena, "~ %s: #%lld %s: %s", where, (long long)task_id,
                                     after.title, names_of(batch, fields)));
    } else {
        writer->report->tasks_same++;
    }
    /* The two agree again only where nothing of people's own is left. */
    int64_t agreed = different(&after, &ready->values) ? version : after.version;
    return write_rest(writer, ready, &after, agreed, is_changed);
}

static enum outcome write_task(const struct import_writer *writer, struct arena *batch,
                               struct import_task *task) {
    struct import_ready ready = import_make_ready(writer, task);
    struct db_rows *rows = NULL;
    enum db_result result =
        db_start(writer->db, &IMPORT_KNOWN_TASK, &rows, db_text(writer->target->source), db_text(task->key));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    int64_t task_id = result == DB_ROW ? db_get_integer(rows, 0) : 0;
    int64_t version = result == DB_ROW ? db_get_integer(rows, 1) : 0;
    db_finish(rows);
    if (result == DB_ROW)
        return write_known(writer, batch, &ready, task_id, version);
    return result == DB_END ? write_new(writer, batch, &ready) : outcome_of(result);
}

static enum outcome write_tasks(const struct import_writer *writer) {
    enum { PROGRESS_EACH = 100 };
    struct import *import = writer->import;
    struct arena *batch = arena_new();
    enum outcome outcome = OUTCOME_OK;
    for (size_t i = 0; i < import->count && outcome == OUTCOME_OK; i++) {
        arena_reset(batch);
        outcome = write_task(writer, batch, &import->tasks[i]);
        if (writer->target->show_progress && (i % PROGRESS_EACH == 0 || i + 1 == import->count))
            writer->target->show_progress(i + 1, import->count);
    }
    arena_free(batch);
    return outcome;
}

/* What has happened since is told to nobody, now or later. Nobody else could write meanwhile: the group holds
 * the turn. */
static enum outcome mail_nobody(struct db *db, int64_t last, const char *source) {
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run(db, &IMPORT_MAIL_NOBODY, db_integer(last));
    if (result == DB_OK)
        result = db_run(db, &IMPORT_SILENCE, db_integer(last), db_text(source));
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

/* The turn is taken by a part that changes nothing, so that no event of others comes behind the last one. */
static enum outcome begin(struct db *db, int64_t *last) {
    db_group_begin(db);
    enum db_result result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_find_integer_values(db, &IMPORT_LAST_EVENT, last, NULL, 0);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    return outcome_of(result);
}

enum outcome import_write(struct db *db, struct import *import, const struct import_target *target,
                          struct import_people *people, struct import_report *report) {
    *report = (struct import_report){0};
    const struct import_writer writer = {db, import, target, people, report};
    int64_t last = 0;
    enum outcome outcome = begin(db, &last);
    if (outcome == OUTCOME_OK)
        outcome = write_tasks(&writer);
    if (outcome == OUTCOME_OK && !target->is_mailed)
        outcome = mail_nobody(db, last, target->source);
    if (outcome == OUTCOME_OK && !target->is_dry_run)
        return outcome_of(db_group_commit(db));
    db_group_rollback(db);
    return outcome;
}
