/*
 * HTML is written front to back, the program's own tags with buffer_add, everything else through
 * buffer_add_html. The classes are those of the pages in www/, so that one set of style sheets serves both.
 */
#include "http/page.h"

#include "http/page_account.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "domain/change_words.h"
#include "domain/day_words.h"
#include "page_files.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

enum { PERSON_COLOURS = 12 };

void page_words(struct buffer *out, enum language language, enum words_key key) {
    buffer_add_html(out, words(language, key));
}

/* ---- people ---- */

static const char *next_character(const char *at) {
    const char *next = at;
    return utf8_next(&next, at + strlen(at)) < 0 ? at + 1 : next;
}

/* First and last initial; of a name in Hangul or Han, the given name's two. As parts.js has it. */
static void add_initials(struct buffer *out, const char *name) {
    name += strspn(name, " ");
    const char *end = name + strlen(name);
    const char *first = name;
    int32_t character = *name ? utf8_next(&first, end) : 0;
    const char *last_word = strrchr(name, ' ');
    const char *start = name;
    const char *stop = first;
    if (!last_word && character > 0 && utf8_is_cjk(character)) {
        const char *before = name;
        for (const char *at = name; *at; at = next_character(at)) {
            start = before;
            before = at;
        }
        stop = end;
    }
    buffer_add_html(out, arena_copy_bytes(out->arena, start, (size_t)(stop - start)));
    if (last_word && last_word[1])
        buffer_add_html(out, arena_copy_bytes(out->arena, last_word + 1,
                                              (size_t)(next_character(last_word + 1) - (last_word + 1))));
}

void page_person(struct buffer *out, enum language language, const struct person *person) {
    if (!person->id || !person->name) {
        buffer_add(out, "<span class=\"nobody name\">");
        page_words(out, language, WORDS_PAGE_NOBODY);
        buffer_add(out, "</span>");
        return;
    }
    const char *name = person_name(language, person->name);
    buffer_add(out, "<span class=\"person\"><span class=\"chip hue-");
    buffer_add_integer(out, person->id % PERSON_COLOURS * 5 % PERSON_COLOURS);
    buffer_add(out, "\" aria-hidden=\"true\">");
    add_initials(out, name);
    buffer_add(out, "</span><span class=\"name\">");
    buffer_add_html(out, name);
    buffer_add(out, "</span></span>");
}

/* ---- days ---- */

const char *page_day(struct arena *arena, enum language language, const char *day, int64_t now) {
    char today[CLOCK_DAY_BYTES];
    clock_write_day(now, today);
    return day_words(arena, language, day, today);
}

void page_due(struct buffer *out, enum language language, const struct task *task, int64_t now) {
    if (!task->due_on || !clock_is_day(task->due_on, strlen(task->due_on)))
        return;
    char today[CLOCK_DAY_BYTES];
    clock_write_day(now, today);
    int64_t days = days_between(today, task->due_on);
    bool is_done = strcmp(task->status, "done") == 0;
    const char *date = day_words(out->arena, language, task->due_on, today);
    const char *text = is_done ? date : due_words(out->arena, language, task->due_on, today);
    const char *class = is_done || days > 1 ? "" : days < 0 ? " class=\"is-late\"" : " class=\"is-soon\"";
    buffer_print(out, "<time datetime=\"%s\" title=\"", task->due_on);
    buffer_add_html(out, date);
    buffer_print(out, "\"%s>", class);
    buffer_add_html(out, text);
    buffer_add(out, "</time>");
}

/* ---- parts of forms ---- */

void page_label_open(struct buffer *out, enum language language, enum words_key key, const char *class) {
    buffer_print(out, "<label class=\"%s\"><span>", class);
    page_words(out, language, key);
    buffer_add(out, "</span>");
}

void page_label_hint_open(struct buffer *out, enum language language, enum words_key key, enum words_key hint,
                          const char *class) {
    buffer_print(out, "<label class=\"%s\"><span>", class);
    page_words(out, language, key);
    buffer_add(out, " <small>");
    page_words(out, language, hint);
    buffer_add(out, "</small></span>");
}

void page_option(struct buffer *out, const char *value, const char *label, bool is_chosen) {
    buffer_add(out, "<option value=\"");
    buffer_add_html(out, value);
    buffer_add(out, is_chosen ? "\" selected>" : "\">");
    buffer_add_html(out, label);
    buffer_add(out, "</option>");
}

void page_priority_options(struct buffer *out, enum language language, const char *chosen) {
    for (size_t i = 0; TASK_PRIORITIES[i]; i++)
        page_option(out, TASK_PRIORITIES[i], choice_words(language, "priority", TASK_PRIORITIES[i]),
                    strcmp(chosen, TASK_PRIORITIES[i]) == 0);
}

void page_people_options(struct buffer *out, enum language language, const struct user *people, size_t count,
                         int64_t chosen) {
    page_option(out, "", words(language, WORDS_PAGE_NOBODY), chosen == 0);
    for (size_t i = 0; i < count; i++)
        if (!people[i].is_disabled || people[i].id == chosen)
            page_option(out, arena_print(out->arena, "%lld", (long long)people[i].id), people[i].name,
                        people[i].id == chosen);
}

const char *page_labels(struct arena *arena, const char *labels) {
    struct buffer out = buffer_new(arena, 64);
    struct json_object *list = json_tokener_parse(labels);
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < count; i++) {
        buffer_add(&out, i ? ", " : "");
        buffer_add(&out, json_object_get_string(json_object_array_get_idx(list, i)));
    }
    (void)json_object_put(list);
    return out.data;
}

void page_secret(struct buffer *out, enum language language, enum words_key sentence, const char *secret) {
    buffer_add(out, "<div class=\"success\"><p role=\"status\">");
    page_words(out, language, sentence);
    buffer_add(out, "</p><p class=\"secret\">");
    buffer_add_html(out, secret);
    buffer_add(out, "</p><p class=\"copying\" hidden><button type=\"button\">");
    page_words(out, language, WORDS_PAGE_COPY);
    buffer_add(out, "</button> <span role=\"status\" data-done=\"");
    page_words(out, language, WORDS_PAGE_COPIED);
    buffer_add(out, "\"></span></p></div>\n<script type=\"module\" src=\"" WWW_SCRIPT_COPY "\"></script>\n");
}

/* ---- the sheet ---- */

static void add_link(struct buffer *out, enum language language, const char *path, enum words_key key) {
    buffer_add(out, "<a href=\"");
    buffer_add_html(out, path);
    buffer_add(out, "\">");
    page_words(out, language, key);
    buffer_add(out, "</a>\n");
}

/* Light or dark, shown and heeded by www/script/scheme.js. */
static void add_schemes(struct buffer *out, enum language language) {
    static const struct {
        const char *value;
        enum words_key label;
    } schemes[] = {
        {"", WORDS_PAGE_SCHEME_SYSTEM}, {"light", WORDS_PAGE_SCHEME_LIGHT}, {"dark", WORDS_PAGE_SCHEME_DARK}};
    buffer_add(out, "<div class=\"scheme\" role=\"group\" aria-label=\"");
    page_words(out, language, WORDS_PAGE_SCHEME);
    buffer_add(out, "\" hidden>\n");
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        buffer_print(out, "<button type=\"button\" value=\"%s\">", schemes[i].value);
        page_words(out, language, schemes[i].label);
        buffer_add(out, "</button>\n");
    }
    buffer_add(out, "</div>\n");
}

/* Who is signed in: the settings, the bin, and the way out. */
static void add_menu(struct buffer *out, const struct user *viewer) {
    enum language language = viewer->language;
    const struct person person = {viewer->id, viewer->name};
    buffer_add(out, "<details class=\"menu\"><summary aria-label=\"");
    page_words(out, language, WORDS_PAGE_MENU);
    buffer_add(out, "\">");
    page_person(out, language, &person);
    buffer_add(out, "</summary><div class=\"menu-box\">\n");
    add_link(out, language, "/api/tasks", WORDS_PAGE_TO_TASKS);
    add_link(out, language, "/api/overview/week", WORDS_PAGE_OVERVIEW);
    add_link(out, language, "/api/users/me", WORDS_PAGE_SETTINGS);
    add_link(out, language, "/api/users", WORDS_PAGE_PEOPLE);
    add_link(out, language, "/api/tasks?bin=1", WORDS_PAGE_BIN);
    add_schemes(out, language);
    buffer_add(out, "<form method=\"post\" action=\"/api/logout\"><button class=\"quiet\">");
    page_words(out, language, WORDS_PAGE_SIGN_OUT);
    buffer_add(out, "</button></form>\n</div></details>\n");
}

void page_open(struct buffer *out, enum language language, const char *title, const struct user *viewer) {
    buffer_print(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                 language_code(language));
    buffer_add(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    buffer_add_html(out, title);
    buffer_add(out, " · ");
    page_words(out, language, WORDS_PAGE_NAME);
    buffer_add(out, "</title>\n<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n"
                    "<link rel=\"apple-touch-icon\" href=\"/icon/192.png\">\n");
    buffer_print(out, "<link rel=\"manifest\" href=\"/manifest.%s.webmanifest\">\n", language_code(language));
    buffer_add(out, "<script src=\"" WWW_SCRIPT_SCHEME "\"></script>\n"
                    "<link rel=\"stylesheet\" href=\"" WWW_STYLE_SERVER "\">\n"
                    "</head>\n<body>\n<header class=\"top\">\n<a class=\"brand\" href=\"");
    buffer_add(out, viewer ? "/api/tasks\">" : "/\">");
    page_words(out, language, WORDS_PAGE_NAME);
    buffer_add(out, "</a>\n");
    if (viewer)
        add_menu(out, viewer);
    buffer_add(out, "</header>\n");
    page_account_reminder(out, viewer);
}

void page_close(struct buffer *out) {
    buffer_add(out, "</body>\n</html>\n");
}

/* A field that forms have no word for is not named: its name is for programs. */
static void add_faults(struct buffer *out, enum language language, const struct fault *faults) {
    buffer_add(out, "<ul>\n");
    for (const struct fault *fault = faults; fault; fault = fault->next) {
        const char *label = choice_words(language, "field", fault->field);
        buffer_add(out, "<li>");
        if (label) {
            buffer_add(out, "<strong>");
            buffer_add_html(out, label);
            buffer_add(out, "</strong> ");
        }
        buffer_add(out, "<span class=\"fault\">");
        buffer_add_html(out, fault->message);
        buffer_add(out, "</span></li>\n");
    }
    buffer_add(out, "</ul>\n");
}

void page_problem(struct buffer *out, enum language language, const struct page_problem *problem) {
    page_open(out, language, problem->detail, problem->viewer);
    buffer_add(out, "<main class=\"problem\">\n<p><small>");
    buffer_add_integer(out, problem->status);
    /* What the administrator can find the reason by. */
    if (problem->status >= 500) {
        buffer_add(out, " · <code>");
        buffer_add_html(out, problem->request);
        buffer_add(out, "</code>");
    }
    buffer_add(out, "</small></p>\n<h1>");
    buffer_add_html(out, problem->detail);
    buffer_add(out, "</h1>\n");
    if (problem->faults)
        add_faults(out, language, problem->faults);
    buffer_add(out, "<p class=\"ways\">");
    if (problem->viewer)
        add_link(out, language, "/api/tasks", WORDS_PAGE_TO_TASKS);
    else
        add_link(out, language, "/", WORDS_PAGE_SIGN_IN);
    if (problem->viewer && problem->is_of_task && problem->status == 404)
        add_link(out, language, "/api/tasks?bin=1", WORDS_PAGE_BIN);
    buffer_add(out, "</p>\n</main>\n");
    page_close(out);
}
