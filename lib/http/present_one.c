/*
 * What tells of one task, its texts also as HTML. It stands apart from the list, which tells of many without,
 * so that the list needs no md4c.
 */
#include "http/present.h"

#include "base/markdown.h"

#include <string.h>

static void add_html(struct json_writer *json, const char *key, const char *text) {
    struct buffer html = buffer_new(json->out->arena, strlen(text));
    markdown_html(&html, text, "/tasks.html?task=");
    json_add_text(json, key, html.data);
}

static void add_task(struct json_writer *json, const struct task *task) {
    present_task_members(json, task);
    add_html(json, "description_html", task->description);
}

void present_one_task(struct json_writer *json, const struct task *task) {
    json_open_object(json);
    add_task(json, task);
    json_close_object(json);
}

void present_watched_task(struct json_writer *json, const struct task *task, const struct watch *watch) {
    json_open_object(json);
    add_task(json, task);
    present_watch_members(json, watch);
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
    json_add_number(json, "comment_id", event->comment_id);
    if (event->comment)
        add_html(json, "html", event->comment);
    else
        json_add_null(json, "html");
    add_mails(json, event);
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
    present_one_task(json, task);
}
