/* pumasi mail show: everything about one mail. Its text is written as the mailer would write it now, without
 * the links that stop mails: they are its reader's. */
#include "command.h"

#include "base/clock.h"
#include "domain/delivery_queue.h"
#include "mail/account_notice.h"
#include "mail/notice.h"

#include <stdlib.h>

struct shown {
    struct delivery_row row;
    struct delivery_event *events;
    size_t event_count;
    const char *subject; /* NULL: it was sent, or nothing is left to tell */
    const char *text;
};

/* The code is its reader's alone. */
static void write_account_text(struct command_line *line, const struct delivery *delivery,
                               struct shown *shown) {
    const struct account_notice notice = {
        .delivery = delivery,
        .token = "...",
        .base_url = line->config->base_url,
        .host = notice_host(line->arena, line->config->base_url),
        .sender = line->config->mail_from,
        .now = clock_now(),
    };
    const struct message message = account_notice_message(line->arena, &notice);
    shown->subject = message.subject;
    shown->text = message.text;
}

static enum outcome write_text(struct command_line *line, struct shown *shown) {
    struct delivery delivery;
    struct delivery_content content = {0};
    enum outcome outcome = delivery_find(line->db, line->arena, shown->row.id, &delivery);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    if (outcome == OUTCOME_OK && delivery.purpose) {
        write_account_text(line, &delivery, shown);
        return OUTCOME_OK;
    }
    if (outcome == OUTCOME_OK)
        outcome = delivery_content(line->db, line->arena, &delivery, &content);
    if (outcome != OUTCOME_OK || !content.news_count)
        return outcome;
    const struct notice notice = {
        .delivery = &delivery,
        .content = &content,
        .base_url = line->config->base_url,
        .host = notice_host(line->arena, line->config->base_url),
        .sender = line->config->mail_from,
        .now = clock_now(),
    };
    const struct message message = notice_message(line->arena, &notice);
    shown->subject = message.subject;
    shown->text = message.text;
    return OUTCOME_OK;
}

static enum outcome read(struct command_line *line, int64_t id, struct shown *shown) {
    enum outcome outcome = outcome_of(db_begin_read(line->db));
    if (outcome == OUTCOME_OK)
        outcome = delivery_find_row(line->db, line->arena, id, &shown->row);
    if (outcome == OUTCOME_OK)
        outcome = delivery_list_events(line->db, line->arena, id, &shown->events, &shown->event_count);
    if (outcome == OUTCOME_OK)
        outcome = write_text(line, shown);
    db_end_read(line->db);
    return outcome;
}

static void print_json(struct command_line *line, const struct shown *shown) {
    struct json_writer *json = &line->json;
    const struct delivery_row *row = &shown->row;
    json_open_object(json);
    json_add_integer(json, "id", row->id);
    json_add_number(json, "task_id", row->task_id);
    json_add_text(json, "purpose", row->purpose);
    json_add_text(json, "to", row->email);
    json_add_text(json, "name", row->name);
    json_add_text(json, "state", row->state);
    json_add_integer(json, "attempts", row->attempts);
    json_add_text(json, "error", row->error);
    json_add_text(json, "message_id", row->message_id);
    json_add_time(json, "opened_at", row->opened_at);
    json_add_time(json, "created_at", row->created_at);
    json_add_time(json, "next_at", row->next_at);
    json_add_time(json, "sent_at", row->sent_at);
    json_key(json, "events");
    json_open_array(json);
    for (size_t i = 0; i < shown->event_count; i++) {
        const struct delivery_event *event = &shown->events[i];
        json_open_object(json);
        json_add_integer(json, "id", event->id);
        json_add_time(json, "time", event->at);
        json_add_text(json, "type", event->type);
        json_add_number(json, "task_id", event->task_id);
        json_add_text(json, "actor", event->actor);
        json_add_text(json, "reason", event->reason);
        json_close_object(json);
    }
    json_close_array(json);
    json_add_text(json, "subject", shown->subject);
    json_add_text(json, "text", shown->text);
    json_close_object(json);
}

static void print_lines(struct command_line *line, const struct shown *shown) {
    struct arena *arena = line->arena;
    struct buffer *out = &line->out;
    const struct delivery_row *row = &shown->row;
    buffer_print(out, "mail:        %lld, ", (long long)row->id);
    if (row->purpose)
        buffer_print(out, "about the account: %s\n", row->purpose);
    else if (row->task_id)
        buffer_print(out, "about task #%lld\n", (long long)row->task_id);
    else
        buffer_add(out, "of the day\n");
    buffer_print(out, "to:          %s <%s>\n", printable(arena, row->name), row->email);
    buffer_print(out, "state:       %s after %lld attempt%s\n", row->state, (long long)row->attempts,
                 row->attempts == 1 ? "" : "s");
    if (row->error)
        buffer_print(out, "error:       %s\n", printable(arena, row->error));
    buffer_print(out, "Message-ID:  <%s>\n", printable(arena, row->message_id));
    buffer_print(out, "first event: %s\n", time_text(arena, row->opened_at));
    buffer_print(out, "tried since: %s\n", time_text(arena, row->created_at));
    if (row->sent_at)
        buffer_print(out, "sent:        %s\n", time_text(arena, row->sent_at));
    else
        buffer_print(out, "next:        %s\n", time_text(arena, row->next_at));
    buffer_add(out, "tells:\n");
    for (size_t i = 0; i < shown->event_count; i++) {
        const struct delivery_event *event = &shown->events[i];
        buffer_print(out, "  event %lld  %s  %s  #%lld  by %s  since the reader is: %s\n",
                     (long long)event->id, time_text(arena, event->at), event->type,
                     (long long)event->task_id,
                     event->actor ? printable(arena, event->actor) : "somebody at the server", event->reason);
    }
    if (!shown->text)
        return;
    buffer_print(out, "\nSubject: %s\n\n", printable(arena, shown->subject));
    for (const char *text = shown->text; *text;) {
        size_t size = 0;
        while (text[size] && text[size] != '\n')
            size++;
        buffer_print(out, "%s\n", printable(arena, arena_copy_bytes(arena, text, size)));
        text += size + (text[size] == '\n');
    }
}

int run_mail_show(struct command_line *line) {
    int64_t id = 0;
    if (!take_id(line, &id))
        return fail_usage(line);
    struct shown shown = {0};
    enum outcome outcome = read(line, id, &shown);
    if (outcome == OUTCOME_NOT_FOUND)
        return fail("there is no mail %lld; see `pumasi mail list`", (long long)id);
    if (outcome != OUTCOME_OK)
        return fail_outcome(line, outcome);
    if (line->as_json)
        print_json(line, &shown);
    else
        print_lines(line, &shown);
    return EXIT_SUCCESS;
}
