/*
 * The plain text and the HTML tell the same in the same order: who did what; the fields, old and new; the
 * description and comments, quoted; the link; why the reader gets this.
 */
#include "mail/notice.h"

#include "domain/change_words.h"

#include <string.h>

enum { MOST_QUOTED_BYTES = 8000 };

struct text {
    struct arena *arena;
    enum language language;
    const struct notice *notice;
    struct buffer plain;
    struct buffer html;
};

static void add_html_words(struct text *text, enum words_key key) {
    buffer_add_html(&text->html, words(text->language, key));
}

/* Values stand in lines of the plain text; a line end in one would begin a line that we did not write. */
static const char *one_line(struct arena *arena, const char *text) {
    char *line = arena_copy(arena, text);
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    return line;
}

/* A sentence of its own, in both. */
static void add_paragraph(struct text *text, const char *sentence) {
    buffer_print(&text->plain, "%s\n\n", sentence);
    buffer_add(&text->html, "<p>");
    buffer_add_html(&text->html, sentence);
    buffer_add(&text->html, "</p>\n");
}

static const char *name_of(const struct text *text, const struct person *person) {
    return person->name ? one_line(text->arena, person->name) : words(text->language, WORDS_PAGE_SOMEONE);
}

static void add_sentence(struct text *text, enum words_key key, const struct person *who) {
    add_paragraph(text, words_print(text->arena, text->language, key, {"who", name_of(text, who)}));
}

/* Long texts are cut at a character's end; the rest is behind the link. */
static const char *shortened(struct arena *arena, const char *quoted) {
    size_t size = strlen(quoted);
    if (size <= MOST_QUOTED_BYTES)
        return quoted;
    size = MOST_QUOTED_BYTES;
    while (size && ((unsigned char)quoted[size] & 0xC0) == 0x80)
        size--;
    return arena_print(arena, "%.*s …", (int)size, quoted);
}

static void add_quote(struct text *text, const char *quoted) {
    quoted = shortened(text->arena, quoted);
    buffer_add(
        &text->html,
        "<blockquote dir=\"auto\" style=\"margin:0 0 16px;padding:0 12px;border-left:3px solid #8fbfae;"
        "white-space:pre-wrap\">");
    buffer_add_html(&text->html, quoted);
    buffer_add(&text->html, "</blockquote>\n");
    while (*quoted) {
        size_t size = strcspn(quoted, "\r\n");
        buffer_add(&text->plain, "> ");
        buffer_add_bytes(&text->plain, quoted, size);
        buffer_add_char(&text->plain, '\n');
        quoted += size;
        quoted += *quoted == '\r' && quoted[1] == '\n' ? 2 : *quoted != '\0';
    }
    buffer_add_char(&text->plain, '\n');
}

/* ---- what happened ---- */

static void add_lead(struct text *text) {
    const struct task_news *content = text->notice->content->news;
    bool is_mine = content->task.assignee.id == text->notice->delivery->recipient.id;
    const struct person *who = &content->actor;
    if (content->is_created)
        add_sentence(text, is_mine ? WORDS_MAIL_CREATED_FOR_YOU : WORDS_MAIL_CREATED, &content->task.creator);
    if (content->is_deleted)
        add_sentence(text, WORDS_MAIL_DELETED, who);
    else if (content->is_restored)
        add_sentence(text, WORDS_MAIL_RESTORED, who);
    if (content->change_count && !content->is_created)
        add_sentence(text, content->has_several_actors ? WORDS_MAIL_CHANGED_BY_SEVERAL : WORDS_MAIL_CHANGED,
                     who);
}

static void add_cell(struct text *text, const char *value, const char *style) {
    buffer_print(&text->html, "<td dir=\"auto\" style=\"padding:6px 16px 6px 0;vertical-align:top%s\">",
                 style);
    buffer_add_html(&text->html, value);
    buffer_add(&text->html, "</td>");
}

static void add_row(struct text *text, const char *field, const char *from, const char *to) {
    from = one_line(text->arena, from);
    to = one_line(text->arena, to);
    buffer_print(&text->plain, "  %s: %s -> %s\n", field, from, to);
    buffer_add(&text->html, "<tr>");
    add_cell(text, field, ";color:#5f635f");
    add_cell(text, from, ";color:#5f635f");
    add_cell(text, to, ";font-weight:600");
    buffer_add(&text->html, "</tr>\n");
}

static void add_head_cell(struct text *text, enum words_key key) {
    buffer_add(&text->html,
               "<th style=\"padding:0 16px 4px 0;text-align:left;font-weight:400;color:#5f635f\">");
    add_html_words(text, key);
    buffer_add(&text->html, "</th>");
}

/* Old and new, field by field; the description follows as a quote. */
static void add_changes(struct text *text) {
    const struct task_news *content = text->notice->content->news;
    const struct event_change *description = NULL;
    bool has_rows = false;
    for (size_t i = 0; i < content->change_count; i++) {
        const struct event_change *change = &content->changes[i];
        if (strcmp(change->field, "description") == 0) {
            description = change;
            continue;
        }
        if (!has_rows) {
            buffer_add(&text->html, "<table style=\"border-collapse:collapse;margin:0 0 16px\">\n<tr>");
            add_head_cell(text, WORDS_MAIL_FIELD);
            add_head_cell(text, WORDS_MAIL_BEFORE);
            add_head_cell(text, WORDS_MAIL_NOW);
            buffer_add(&text->html, "</tr>\n");
            has_rows = true;
        }
        const char *from = change_from(text->arena, text->language, change);
        const char *to = change_to(text->arena, text->language, change);
        add_row(text, change_field(text->language, change), from ? from : "–", to ? to : "–");
    }
    if (has_rows) {
        buffer_add_char(&text->plain, '\n');
        buffer_add(&text->html, "</table>\n");
    }
    if (description) {
        const char *to = change_to(text->arena, text->language, description);
        add_paragraph(text, words(text->language, WORDS_MAIL_DESCRIBED));
        add_quote(text, to ? to : "–");
    }
}

static void add_fact(struct text *text, enum words_key field, const char *value) {
    if (!value)
        return;
    value = one_line(text->arena, value);
    buffer_print(&text->plain, "  %s: %s\n", words(text->language, field), value);
    buffer_add(&text->html, "<tr>");
    add_cell(text, words(text->language, field), ";color:#5f635f");
    add_cell(text, value, ";font-weight:600");
    buffer_add(&text->html, "</tr>\n");
}

/* A new task as it is now, since there is no old. */
static void add_task(struct text *text) {
    const struct task *task = &text->notice->content->news->task;
    buffer_add(&text->html, "<table style=\"border-collapse:collapse;margin:0 0 16px\">\n");
    add_fact(text, WORDS_PAGE_FIELD_ASSIGNEE, task->assignee.name);
    add_fact(text, WORDS_PAGE_FIELD_STATUS, choice_words(text->language, "status", task->status));
    if (task->progress)
        add_fact(text, WORDS_PAGE_FIELD_PROGRESS, arena_print(text->arena, "%d", (int)task->progress));
    add_fact(text, WORDS_PAGE_FIELD_PRIORITY, choice_words(text->language, "priority", task->priority));
    add_fact(text, WORDS_PAGE_FIELD_DUE_ON, task->due_on);
    const struct event_change labels = {.field = "labels", .to = task->labels};
    add_fact(text, WORDS_PAGE_FIELD_LABELS, change_to(text->arena, text->language, &labels));
    buffer_add(&text->html, "</table>\n");
    buffer_add_char(&text->plain, '\n');
    if (*task->description)
        add_quote(text, task->description);
}

static void add_comments(struct text *text) {
    const struct task_news *content = text->notice->content->news;
    for (size_t i = 0; i < content->comment_count; i++) {
        add_sentence(text, WORDS_MAIL_COMMENTED, &content->comments[i].actor);
        add_quote(text, content->comments[i].comment);
    }
}

static void add_foot(struct text *text) {
    static const enum words_key reasons[] = {
        [REASON_ASSIGNEE] = WORDS_MAIL_WHY_ASSIGNEE, [REASON_WAS_ASSIGNEE] = WORDS_MAIL_WHY_WAS_ASSIGNEE,
        [REASON_CREATOR] = WORDS_MAIL_WHY_CREATOR,   [REASON_MENTIONED] = WORDS_MAIL_WHY_CREATOR,
        [REASON_WATCHER] = WORDS_MAIL_WHY_CREATOR,   [REASON_ALL] = WORDS_MAIL_WHY_CREATOR,
        [REASON_RULE] = WORDS_MAIL_WHY_CREATOR,
    };
    const char *why = words(text->language, reasons[text->notice->content->reason]);
    const char *link = arena_print(text->arena, "%s/tasks.html?task=%lld", text->notice->base_url,
                                   (long long)text->notice->delivery->task_id);
    buffer_print(&text->plain, "%s\n\n%s\n", link, why);
    buffer_add(&text->html, "<p style=\"margin:24px 0\"><a href=\"");
    buffer_add_html(&text->html, link);
    buffer_add(&text->html, "\" style=\"color:#1f6f5c\">");
    add_html_words(text, WORDS_MAIL_OPEN);
    buffer_add(&text->html, "</a></p>\n<p style=\"color:#5f635f;font-size:13px\">");
    buffer_add_html(&text->html, why);
    buffer_add(&text->html, "</p>\n</body></html>\n");
}

static void add_head(struct text *text, const char *title) {
    buffer_print(&text->plain, "%s\n\n", one_line(text->arena, title));
    buffer_print(
        &text->html,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"></head>\n"
        "<body style=\"max-width:36em;margin:0 auto;padding:16px;color:#232623;overflow-wrap:anywhere;"
        "font:16px/1.5 system-ui,'Apple SD Gothic Neo','Noto Sans KR',sans-serif\">\n"
        "<h1 dir=\"auto\" style=\"font-size:20px;margin:0 0 16px\">",
        language_code(text->language));
    buffer_add_html(&text->html, title);
    buffer_add(&text->html, "</h1>\n");
}

struct message notice_message(struct arena *arena, const struct notice *notice) {
    const struct user *reader = &notice->delivery->recipient;
    const struct task *task = &notice->content->news->task;
    const char *id = arena_print(arena, "%lld", (long long)task->id);
    const char *name = words(reader->language, WORDS_PAGE_NAME);
    struct text text = {
        .arena = arena,
        .language = reader->language,
        .notice = notice,
        .plain = buffer_new(arena, 2048),
        .html = buffer_new(arena, 4096),
    };
    add_head(&text, arena_print(arena, "#%s %s", id, task->title));
    add_lead(&text);
    if (notice->content->news->is_created)
        add_task(&text);
    else
        add_changes(&text);
    add_comments(&text);
    add_foot(&text);
    return (struct message){
        .from_name = name,
        .from_address = notice->sender,
        .to_name = reader->name,
        .to_address = reader->email,
        .subject = words_print(arena, reader->language, WORDS_MAIL_SUBJECT, {"name", name}, {"id", id},
                               {"title", task->title}),
        .message_id = notice->delivery->message_id,
        .thread_id = arena_print(arena, "task-%s@%s", id, notice->host),
        .list_id = arena_print(arena, "pumasi.%s", notice->host),
        .date = notice->delivery->created_at,
        .language = reader->language,
        .text = text.plain.data,
        .html = text.html.data,
    };
}

const char *notice_host(struct arena *arena, const char *base_url) {
    const char *host = strstr(base_url, "://");
    host = host ? host + 3 : base_url;
    size_t size = strcspn(host, ":/");
    return size ? arena_copy_bytes(arena, host, size) : "localhost";
}
