#include "http/present.h"

#include "base/clock.h"
#include "data/day_file.h"

#include <string.h>

/* With the address and the wishes: to nobody but the person. */
static void present_user(struct json_writer *json, const struct user *user) {
    json_open_object(json);
    json_add_integer(json, "id", user->id);
    json_add_text(json, "name", user->name);
    json_add_text(json, "email", user->email);
    json_add_boolean(json, "email_is_verified", user->is_verified);
    json_add_text(json, "email_pending", user->email_pending);
    json_add_text(json, "role", user->is_admin ? "admin" : "member");
    json_add_text(json, "language", language_code(user->language));
    json_key(json, "mail");
    json_open_object(json);
    json_add_text(json, "how", user->mail.how);
    json_add_text(json, "level", user->mail.level);
    json_add_boolean(json, "own", user->mail.own);
    json_add_integer(json, "hour", user->mail.hour);
    json_add_text(json, "time_zone", user->mail.time_zone);
    json_close_object(json);
    json_close_object(json);
}

void present_account(struct json_writer *json, const struct user *user) {
    json_open_object(json);
    json_add_integer(json, "id", user->id);
    json_add_text(json, "name", user->name);
    json_add_text(json, "email", user->email);
    json_add_text(json, "role", user->is_admin ? "admin" : "member");
    json_add_boolean(json, "is_disabled", user->is_disabled);
    json_close_object(json);
}

void present_person(struct json_writer *json, const struct person *person) {
    if (!person->id) {
        json_null(json);
        return;
    }
    json_open_object(json);
    json_add_integer(json, "id", person->id);
    json_add_text(json, "name", person_name((enum language)json->language, person->name));
    json_close_object(json);
}

void present_api_token(struct json_writer *json, const struct api_token *token, int day_file) {
    enum { DAY_S = 24 * 3600 };
    int64_t used = day_file_get(day_file, token->id);
    char day[CLOCK_DAY_BYTES];
    clock_write_day(used * DAY_S, day);
    json_open_object(json);
    json_add_integer(json, "id", token->id);
    json_add_text(json, "name", token->name);
    json_add_text(json, "scope", token->scope);
    json_add_time(json, "created_at", token->created_at);
    json_add_time(json, "expires_at", token->expires_at);
    json_add_text(json, "last_used_on", used ? day : NULL);
    json_close_object(json);
}

void present_invitation(struct json_writer *json, const struct invitation *invitation) {
    json_open_object(json);
    json_add_integer(json, "id", invitation->id);
    json_add_text(json, "email", invitation->email);
    json_add_text(json, "role", invitation->is_admin ? "admin" : "member");
    json_key(json, "creator");
    present_person(json, &invitation->creator);
    json_add_time(json, "created_at", invitation->created_at);
    json_add_time(json, "expires_at", invitation->expires_at);
    json_close_object(json);
}

void present_saved_view(struct json_writer *json, const struct saved_view *view) {
    json_open_object(json);
    json_add_integer(json, "id", view->id);
    json_add_text(json, "name", view->name);
    json_add_text(json, "query", view->query);
    json_close_object(json);
}

static void add_task(struct json_writer *json, const struct task *task) {
    json_add_integer(json, "id", task->id);
    json_add_text(json, "title", task->title);
    json_add_text(json, "description", task->description);
    json_add_text(json, "status", task->status);
    json_add_integer(json, "progress", task->progress);
    json_add_text(json, "priority", task->priority);
    json_key(json, "assignee");
    present_person(json, &task->assignee);
    json_key(json, "creator");
    present_person(json, &task->creator);
    json_add_text(json, "due_on", task->due_on);
    json_add_raw(json, "labels", task->labels);
    json_add_integer(json, "version", task->version);
    json_add_time(json, "created_at", task->created_at);
    json_add_time(json, "updated_at", task->updated_at);
}

void present_task(struct json_writer *json, const struct task *task) {
    json_open_object(json);
    add_task(json, task);
    json_close_object(json);
}

static void add_watch(struct json_writer *json, const struct watch *watch) {
    json_add_text(json, "watch", watch->state);
    json_key(json, "watchers");
    json_open_array(json);
    for (size_t i = 0; i < watch->count; i++)
        present_person(json, &watch->people[i]);
    json_close_array(json);
}

void present_watched_task(struct json_writer *json, const struct task *task, const struct watch *watch) {
    json_open_object(json);
    add_task(json, task);
    add_watch(json, watch);
    json_close_object(json);
}

void present_watch(struct json_writer *json, const struct watch *watch) {
    json_open_object(json);
    add_watch(json, watch);
    json_close_object(json);
}

static void present_side(struct json_writer *json, const char *key, const struct event_change *change,
                         const char *value, int64_t id, const char *name) {
    json_key(json, key);
    if (strcmp(change->field, "assignee") == 0)
        present_person(json, &(struct person){id, name});
    else
        json_raw(json, value);
}

/* null: who is told is not decided yet. */
static void add_mails(struct json_writer *json, const struct event *event) {
    if (!event->is_planned) {
        json_add_null(json, "mails");
        return;
    }
    json_key(json, "mails");
    json_open_array(json);
    for (size_t i = 0; i < event->mail_count; i++) {
        const struct event_mail *mail = &event->mails[i];
        json_open_object(json);
        json_key(json, "person");
        present_person(json, &mail->person);
        json_add_text(json, "state", mail->state);
        json_add_time(json, "at", mail->sent_at);
        json_add_time(json, "due_at", mail->due_at);
        json_add_text(json, "reason", mail->reason);
        json_add_text(json, "skipped", mail->skipped);
        json_close_object(json);
    }
    json_close_array(json);
}

void present_event(struct json_writer *json, const struct event *event) {
    json_open_object(json);
    json_add_integer(json, "id", event->id);
    json_add_time(json, "time", event->at);
    json_add_text(json, "type", event->type);
    json_key(json, "actor");
    present_person(json, &event->actor);
    json_add_number(json, "version", event->task_version);
    json_key(json, "changes");
    json_open_object(json);
    for (size_t i = 0; i < event->change_count; i++) {
        const struct event_change *change = &event->changes[i];
        json_key(json, change->field);
        json_open_object(json);
        present_side(json, "from", change, change->from, change->from_id, change->from_name);
        present_side(json, "to", change, change->to, change->to_id, change->to_name);
        json_close_object(json);
    }
    json_close_object(json);
    json_add_text(json, "comment", event->comment);
    add_mails(json, event);
    json_close_object(json);
}

void present_comment(struct json_writer *json, const struct comment *comment) {
    json_open_object(json);
    json_add_integer(json, "id", comment->id);
    json_add_text(json, "body", comment->body);
    json_key(json, "author");
    present_person(json, &comment->author);
    json_add_time(json, "created_at", comment->created_at);
    json_close_object(json);
}

void present_session(struct json_writer *json, const struct session *session, bool is_current) {
    json_open_object(json);
    json_add_integer(json, "id", session->id);
    json_add_text(json, "browser", session->browser);
    json_add_boolean(json, "has_factor", session->has_factor);
    json_add_boolean(json, "is_current", is_current);
    json_add_time(json, "created_at", session->created_at);
    json_add_time(json, "expires_at", session->expires_at);
    json_close_object(json);
}

void respond_task(struct request *request, int status, const struct task *task) {
    const char *location = arena_print(request->arena, "/api/tasks/%lld", (long long)task->id);
    if (request->is_html) {
        respond_see_other(request, location);
        return;
    }
    struct json_writer *json = respond_json(request, status);
    if (status == 201)
        respond_header(request, "Location", location);
    present_task(json, task);
}

void respond_user(struct request *request, int status, const struct user *user) {
    struct json_writer *json = respond_json(request, status);
    json_open_object(json);
    json_key(json, "user");
    if (user)
        present_user(json, user);
    else
        json_null(json);
    json_close_object(json);
}

void respond_signed_in(struct request *request, int status, const struct user *user, const char *cookie) {
    if (request->is_html)
        respond_see_other(request, "/api/tasks");
    else
        respond_user(request, status, user);
    respond_session(request, cookie);
}
