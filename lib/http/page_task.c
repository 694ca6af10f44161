/* The form sends every field with the version it shows: what the person left alone is no change of hers. */
#include "http/page_task.h"

#include "base/clock.h"
#include "base/markdown.h"
#include "base/utf8.h"
#include "domain/change_words.h"

#include "http/page_history.h"

#include <string.h>

/* A text of one line, in as many rows as it takes. Newlines typed into it become spaces (input.c). */
static void add_line(struct buffer *out, const char *attributes, const char *value) {
    enum { CHARACTERS_A_ROW = 40 }; /* where browsers do not fit it to its text */
    size_t rows = 1 + (utf8_count(value, strlen(value)) - 1) / CHARACTERS_A_ROW;
    buffer_print(out, "<textarea %s rows=\"%zu\" autocomplete=\"off\">\n", attributes, *value ? rows : 1);
    buffer_add_html(out, value);
    buffer_add(out, "</textarea></label>\n");
}

static void add_title(struct buffer *out, enum language language, const struct task *task) {
    page_label_open(out, language, WORDS_PAGE_FIELD_TITLE, "field wide");
    add_line(out, arena_print(out->arena, "name=\"title\" maxlength=\"%d\" required", TASK_MOST_TITLE),
             task->title);
}

static void add_progress(struct buffer *out, enum language language, const struct task *task) {
    page_label_open(out, language, WORDS_PAGE_FIELD_PROGRESS, "field wide");
    buffer_print(out,
                 "<span class=\"number\"><input type=\"number\" name=\"progress\" min=\"0\" max=\"100\" "
                 "required value=\"%lld\"></span></label>\n",
                 (long long)task->progress);
}

/* The day, and how far off it is. */
static void add_due(struct buffer *out, enum language language, const struct task *task, int64_t now) {
    buffer_add(out, "<label class=\"field\"><span>");
    page_words(out, language, WORDS_PAGE_FIELD_DUE_ON);
    buffer_add(out, " <small class=\"due-words due\">");
    page_due(out, language, task, now);
    buffer_add(out, "</small></span><input type=\"date\" name=\"due_on\" value=\"");
    buffer_add_html(out, task->due_on ? task->due_on : "");
    buffer_add(out, "\"></label>\n");
}

static void add_labels(struct buffer *out, enum language language, const struct task *task) {
    page_label_hint_open(out, language, WORDS_PAGE_FIELD_LABELS, WORDS_PAGE_LABELS_HINT, "field wide");
    add_line(out, "name=\"labels\"", page_labels(out->arena, task->labels));
}

/* As one reads it, above where one writes it. */
static void add_description(struct buffer *out, enum language language, const struct task *task) {
    if (!*task->description)
        return;
    buffer_add(out, "<div class=\"field wide\"><span id=\"description\">");
    page_words(out, language, WORDS_PAGE_FIELD_DESCRIPTION);
    buffer_add(out, "</span>\n<section class=\"rendered\" aria-labelledby=\"description\">\n");
    markdown_html(out, task->description, "/api/tasks/");
    buffer_add(out, "</section></div>\n");
}

static void add_edit_form(struct buffer *out, enum language language, const struct task_view *view) {
    const struct task *task = view->task;
    buffer_print(out,
                 "<form class=\"edit\" method=\"post\" action=\"/api/tasks/%lld\">\n"
                 "<input type=\"hidden\" name=\"version\" value=\"%lld\">\n",
                 (long long)task->id, (long long)task->version);
    add_title(out, language, task);
    add_progress(out, language, task);
    page_label_open(out, language, WORDS_PAGE_FIELD_STATUS, "field");
    buffer_add(out, "<select name=\"status\">");
    for (size_t i = 0; TASK_STATUSES[i]; i++)
        page_option(out, TASK_STATUSES[i], choice_words(language, "status", TASK_STATUSES[i]),
                    strcmp(task->status, TASK_STATUSES[i]) == 0);
    buffer_add(out, "</select></label>\n");
    page_label_open(out, language, WORDS_PAGE_FIELD_ASSIGNEE, "field");
    buffer_add(out, "<select name=\"assignee_id\">");
    page_people_options(out, language, view->people, view->people_count, task->assignee.id);
    buffer_add(out, "</select></label>\n");
    page_label_open(out, language, WORDS_PAGE_FIELD_PRIORITY, "field");
    buffer_add(out, "<select name=\"priority\">");
    page_priority_options(out, language, task->priority);
    buffer_add(out, "</select></label>\n");
    add_due(out, language, task, view->now);
    add_labels(out, language, task);
    add_description(out, language, task);
    page_label_open(out, language,
                    *task->description ? WORDS_PAGE_WRITE_DESCRIPTION : WORDS_PAGE_FIELD_DESCRIPTION,
                    "field wide");
    /* A parser drops one newline after the tag: this one, and not the description's own. */
    buffer_add(out, "<textarea name=\"description\" rows=\"5\">\n");
    buffer_add_html(out, task->description);
    buffer_add(out, "</textarea></label>\n<div class=\"actions\"><button class=\"primary\">");
    page_words(out, language, WORDS_PAGE_SAVE);
    buffer_add(out, "</button></div>\n</form>\n");
}

static void add_comment_form(struct buffer *out, enum language language, const struct task *task) {
    buffer_print(out, "<form class=\"comment\" method=\"post\" action=\"/api/tasks/%lld/comments\">\n",
                 (long long)task->id);
    page_label_open(out, language, WORDS_PAGE_COMMENT, "field wide");
    buffer_add(out, "<textarea name=\"body\" rows=\"3\" required></textarea></label>\n<button>");
    page_words(out, language, WORDS_PAGE_COMMENT_ADD);
    buffer_add(out, "</button>\n</form>\n");
}

/* A form of one button: `action` is "delete" or "restore". */
static void add_button_form(struct buffer *out, enum language language, const struct task *task,
                            const char *action, enum words_key key) {
    buffer_print(out, "<form method=\"post\" action=\"/api/tasks/%lld/%s\"><button class=\"quiet %s\">",
                 (long long)task->id, action, action);
    page_words(out, language, key);
    buffer_add(out, "</button></form>\n");
}

/* One of the two buttons that stay pressed; pressed again it says "usual". */
static void add_toggle(struct buffer *out, enum language language, const struct watch *watch,
                       const char *state, enum words_key key, enum words_key hint) {
    bool is_pressed = watch->state && strcmp(watch->state, state) == 0;
    buffer_print(out, "<button class=\"toggle\" name=\"state\" value=\"%s\" aria-pressed=\"%s\" title=\"",
                 is_pressed ? "usual" : state, is_pressed ? "true" : "false");
    page_words(out, language, hint);
    buffer_add(out, "\">");
    page_words(out, language, key);
    buffer_add(out, "</button>\n");
}

static void add_watch_form(struct buffer *out, enum language language, const struct task *task,
                           const struct watch *watch) {
    buffer_print(out, "<form class=\"watch\" method=\"post\" action=\"/api/tasks/%lld/watch\">\n",
                 (long long)task->id);
    add_toggle(out, language, watch, "watch", WORDS_PAGE_WATCH, WORDS_PAGE_WATCH_HINT);
    add_toggle(out, language, watch, "mute", WORDS_PAGE_MUTE, WORDS_PAGE_MUTE_HINT);
    if (watch->count) {
        struct buffer names = buffer_new(out->arena, 64);
        for (size_t i = 0; i < watch->count; i++)
            buffer_print(&names, "%s%s", i ? ", " : "", watch->people[i].name);
        buffer_add(out, "<p>");
        buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_WATCHERS, {"names", names.data}));
        buffer_add(out, "</p>\n");
    }
    buffer_add(out, "</form>\n");
}

/* Who made it and when, where the browser's page has the same. */
static void add_about(struct buffer *out, enum language language, const struct task *task, int64_t now) {
    char time[CLOCK_RFC3339_BYTES];
    char day[CLOCK_DAY_BYTES];
    clock_write_rfc3339(task->created_at, time);
    clock_write_day(task->created_at, day);
    buffer_add(out, "<div><p class=\"about\">");
    buffer_add_html(
        out, words_print(out->arena, language, WORDS_PAGE_CREATED_BY,
                         {"id", arena_print(out->arena, "%lld", (long long)task->id)},
                         {"name", task->creator.name ? person_name(language, task->creator.name) : ""}));
    buffer_print(out, " · <time datetime=\"%s\">", time);
    buffer_add_html(out,
                    words_print(out->arena, language, WORDS_MAIL_WHEN_UTC,
                                {"date", page_day(out->arena, language, day, now)},
                                {"time", arena_print(out->arena, "%.5s", time + strlen("2026-11-23T"))}));
    buffer_add(out, "</time></p></div>");
}

void page_task(struct buffer *out, const struct task_view *view) {
    const struct user *viewer = view->viewer;
    const struct task *task = view->task;
    enum language language = viewer->language;
    const struct actor actor = actor_of(viewer, SCOPE_SESSION);
    const struct object object = {.creator_id = task->creator.id};
    bool may_delete = may(&actor, VERB_TASK_DELETE, &object);
    page_open(out, language, task->title, viewer);
    buffer_add(out, "<main class=\"alone\">\n<article class=\"task\">\n<header>");
    add_about(out, language, task, view->now);
    buffer_add(out, "<a class=\"close\" href=\"/api/tasks\">");
    page_words(out, language, WORDS_PAGE_TO_TASKS);
    buffer_add(out, "</a></header>\n");
    /* Otherwise the field of the title is seen in its place. */
    buffer_add(out, task->is_deleted ? "<h1>" : "<h1 class=\"unseen\">");
    buffer_add_html(out, task->title);
    buffer_add(out, "</h1>\n");
    if (task->is_deleted) {
        buffer_add(out, "<p>");
        page_words(out, language, WORDS_PAGE_IN_BIN);
        buffer_add(out, "</p>\n");
        add_description(out, language, task);
        if (may(&actor, VERB_TASK_RESTORE, &object))
            add_button_form(out, language, task, "restore", WORDS_PAGE_RESTORE);
    } else {
        add_edit_form(out, language, view);
        add_comment_form(out, language, task);
        add_watch_form(out, language, task, view->watch);
    }
    page_history(out, language, view->events, view->event_count, view->now);
    if (!task->is_deleted && may_delete)
        add_button_form(out, language, task, "delete", WORDS_PAGE_DELETE);
    buffer_add(out, "</article>\n</main>\n");
    page_close(out);
}
