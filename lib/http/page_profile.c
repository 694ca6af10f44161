/*
 * Each field stands in a cell of its own together with what is wrong with it. The first field at fault has
 * the focus when the page opens, so that nobody has to look for it.
 */
#include "http/page_profile.h"

#include "domain/change_words.h"
#include "http/page_account.h"
#include "http/page_tokens.h"
#include "page_files.h"

#include <string.h>

static const char *const names[PROFILE_FIELD_COUNT] = {
    [PROFILE_NAME] = "name",           [PROFILE_LANGUAGE] = "language",
    [PROFILE_MAIL_HOW] = "mail_how",   [PROFILE_MAIL_LEVEL] = "mail_level",
    [PROFILE_MAIL_OWN] = "mail_own",   [PROFILE_MAIL_HOUR] = "mail_hour",
    [PROFILE_TIME_ZONE] = "time_zone",
};

struct sheet {
    struct buffer *out;
    enum language language;
    const struct profile_form *form;
};

void page_profile_prepare(void) {
    (void)clock_zones();
}

struct profile_form profile_form_of(struct arena *arena, const struct user *user) {
    return (struct profile_form){
        .values =
            {
                [PROFILE_NAME] = user->name,
                [PROFILE_LANGUAGE] = language_code(user->language),
                [PROFILE_MAIL_HOW] = user->mail.how,
                [PROFILE_MAIL_LEVEL] = user->mail.level,
                [PROFILE_MAIL_OWN] = user->mail.own ? "1" : "0",
                [PROFILE_MAIL_HOUR] = arena_print(arena, "%lld", (long long)user->mail.hour),
                [PROFILE_TIME_ZONE] = user->mail.time_zone,
            },
        .zones = clock_zones(),
    };
}

bool profile_form_ask(struct request *request, struct profile_form *form) {
    struct session *sessions = NULL;
    size_t count = 0;
    enum outcome outcome = session_list(request->db, request->arena, request->user->id, &sessions, &count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return false;
    }
    struct page_sessions *shown = arena_take(request->arena, sizeof(*shown));
    *shown = (struct page_sessions){sessions, count, request_session_id(request), clock_now()};
    *form = profile_form_of(request->arena, request->user);
    form->sessions = shown;
    form->has_factor = request->has_factor;
    return true;
}

static bool holds(const struct sheet *sheet, unsigned field, const char *value) {
    return strcmp(sheet->form->values[field], value) == 0;
}

static const struct fault *fault_of(const struct sheet *sheet, unsigned field) {
    const struct fault *fault = sheet->form->faults;
    while (fault && strcmp(fault->field, names[field]) != 0)
        fault = fault->next;
    return fault;
}

/* ---- one field ---- */

/* The end of a control's tag, with what ties the control to its fault. */
static void end_tag(const struct sheet *sheet, unsigned field) {
    const struct fault *fault = fault_of(sheet, field);
    if (fault)
        buffer_print(sheet->out, " aria-invalid=\"true\" aria-describedby=\"fault-%s\"", names[field]);
    if (fault && fault == sheet->form->faults)
        buffer_add(sheet->out, " autofocus");
    buffer_add(sheet->out, ">");
}

static void add_fault(const struct sheet *sheet, unsigned field) {
    const struct fault *fault = fault_of(sheet, field);
    if (!fault)
        return;
    buffer_print(sheet->out, "<span class=\"fault\" id=\"fault-%s\">", names[field]);
    buffer_add_html(sheet->out, fault->message);
    buffer_add(sheet->out, "</span>\n");
}

static void open_cell(const struct sheet *sheet, unsigned field, enum words_key label, const char *tag) {
    buffer_add(sheet->out, "<div class=\"cell\">");
    page_label_open(sheet->out, sheet->language, label, "field");
    buffer_print(sheet->out, "<%s name=\"%s\"", tag, names[field]);
}

static void open_select(const struct sheet *sheet, unsigned field, enum words_key label) {
    open_cell(sheet, field, label, "select");
    end_tag(sheet, field);
}

static void close_select(const struct sheet *sheet, unsigned field) {
    buffer_add(sheet->out, "</select></label>\n");
    add_fault(sheet, field);
}

static void open_input(const struct sheet *sheet, unsigned field, enum words_key label,
                       const char *attributes) {
    open_cell(sheet, field, label, "input");
    buffer_print(sheet->out, " required %s value=\"", attributes);
    buffer_add_html(sheet->out, sheet->form->values[field]);
    buffer_add(sheet->out, "\"");
    end_tag(sheet, field);
    buffer_add(sheet->out, "</label>\n");
    add_fault(sheet, field);
}

static void close_cell(const struct sheet *sheet) {
    buffer_add(sheet->out, "</div>\n");
}

/* One of several: a word for each choice, and a sentence that says what it does. */
static void open_radios(const struct sheet *sheet, unsigned field, enum words_key legend,
                        const char *const *values) {
    struct buffer *out = sheet->out;
    const char *about = arena_print(out->arena, "%s_about", names[field]);
    buffer_add(out, "<fieldset>\n<legend>");
    page_words(out, sheet->language, legend);
    buffer_add(out, "</legend>\n");
    add_fault(sheet, field);
    for (size_t i = 0; values[i]; i++) {
        buffer_print(out,
                     "<label class=\"option\"><input type=\"radio\" name=\"%s\" value=\"%s\" required%s>",
                     names[field], values[i], holds(sheet, field, values[i]) ? " checked" : "");
        buffer_add(out, "<span>");
        buffer_add_html(out, choice_words(sheet->language, names[field], values[i]));
        buffer_add(out, "</span> <small>");
        buffer_add_html(out, choice_words(sheet->language, about, values[i]));
        buffer_add(out, "</small></label>\n");
    }
}

static void close_radios(const struct sheet *sheet) {
    buffer_add(sheet->out, "</fieldset>\n");
}

/* ---- time zones ---- */

/* "Seoul" of "Asia/Seoul", "Indiana/Tell City" of "America/Indiana/Tell_City". */
static const char *zone_label(struct arena *arena, const char *zone) {
    const char *slash = strchr(zone, '/');
    char *label = arena_copy(arena, slash ? slash + 1 : zone);
    for (char *c = label; *c; c++)
        if (*c == '_')
            *c = ' ';
    return label;
}

/* The zones of one region, from number `first` on; gives the number behind its last. */
static size_t add_region(const struct sheet *sheet, size_t first) {
    const struct clock_zones *zones = &sheet->form->zones;
    struct buffer *out = sheet->out;
    size_t size = strcspn(zones->names[first], "/");
    const char *region = arena_copy_bytes(out->arena, zones->names[first], size);
    const char *label = choice_words(sheet->language, "region", region);
    buffer_add(out, "<optgroup label=\"");
    buffer_add_html(out, label ? label : region);
    buffer_add(out, "\">\n");
    size_t next = first;
    for (; next < zones->count && strncmp(zones->names[next], zones->names[first], size + 1) == 0; next++) {
        page_option(out, zones->names[next], zone_label(out->arena, zones->names[next]),
                    holds(sheet, PROFILE_TIME_ZONE, zones->names[next]));
        buffer_add_char(out, '\n');
    }
    buffer_add(out, "</optgroup>\n");
    return next;
}

static bool is_offered(const struct clock_zones *zones, const char *zone) {
    for (size_t i = 0; i < zones->count; i++)
        if (strcmp(zones->names[i], zone) == 0)
            return true;
    return strcmp(zone, "UTC") == 0;
}

static void add_zone_select(const struct sheet *sheet) {
    const struct clock_zones *zones = &sheet->form->zones;
    const char *present = sheet->form->values[PROFILE_TIME_ZONE];
    open_select(sheet, PROFILE_TIME_ZONE, WORDS_PAGE_TIME_ZONE);
    page_option(sheet->out, "UTC", "UTC", holds(sheet, PROFILE_TIME_ZONE, "UTC"));
    /* One that a program set, or a browser by its older name. */
    if (!is_offered(zones, present))
        page_option(sheet->out, present, present, true);
    buffer_add_char(sheet->out, '\n');
    for (size_t i = 0; i < zones->count;)
        i = add_region(sheet, i);
    close_select(sheet, PROFILE_TIME_ZONE);
}

/* ---- the page ---- */

static void add_person(const struct sheet *sheet) {
    open_input(sheet, PROFILE_NAME, WORDS_PAGE_YOUR_NAME,
               arena_print(sheet->out->arena, "autocomplete=\"name\" maxlength=\"%d\"", USER_MOST_NAME));
    close_cell(sheet);
    open_select(sheet, PROFILE_LANGUAGE, WORDS_PAGE_LANGUAGE);
    page_option(sheet->out, "en", "English", holds(sheet, PROFILE_LANGUAGE, "en"));
    page_option(sheet->out, "ko", "한국어", holds(sheet, PROFILE_LANGUAGE, "ko"));
    close_select(sheet, PROFILE_LANGUAGE);
    close_cell(sheet);
}

static void add_own(const struct sheet *sheet) {
    /* The hidden 0 says what a checkbox without a tick leaves unsaid. */
    buffer_print(sheet->out,
                 "<input type=\"hidden\" name=\"mail_own\" value=\"0\">\n<label class=\"option apart\">"
                 "<input type=\"checkbox\" name=\"mail_own\" value=\"1\"%s",
                 holds(sheet, PROFILE_MAIL_OWN, "1") ? " checked" : "");
    end_tag(sheet, PROFILE_MAIL_OWN);
    buffer_add(sheet->out, "<span>");
    page_words(sheet->out, sheet->language, WORDS_PAGE_MAIL_OWN);
    buffer_add(sheet->out, "</span></label>\n");
    add_fault(sheet, PROFILE_MAIL_OWN);
}

static void add_hour(const struct sheet *sheet) {
    open_select(sheet, PROFILE_MAIL_HOUR, WORDS_PAGE_MAIL_HOUR);
    for (int hour = 0; hour < 24; hour++) {
        const char *value = arena_print(sheet->out->arena, "%d", hour);
        page_option(sheet->out, value, arena_print(sheet->out->arena, "%02d:00", hour),
                    holds(sheet, PROFILE_MAIL_HOUR, value));
    }
    close_select(sheet, PROFILE_MAIL_HOUR);
    buffer_add(sheet->out, "<small>");
    page_words(sheet->out, sheet->language, WORDS_PAGE_MAIL_HOUR_ABOUT);
    buffer_add(sheet->out, "</small>");
    close_cell(sheet);
}

static void add_zone(const struct sheet *sheet) {
    if (sheet->form->zones.count)
        add_zone_select(sheet);
    else
        open_input(sheet, PROFILE_TIME_ZONE, WORDS_PAGE_TIME_ZONE,
                   "autocomplete=\"off\" spellcheck=\"false\"");
    /* Shown by www/script/profile.js, which alone can know the device's. */
    buffer_add(sheet->out, "<button class=\"quiet zone-here\" type=\"button\" hidden>");
    page_words(sheet->out, sheet->language, WORDS_PAGE_TIME_ZONE_HERE);
    buffer_add(sheet->out, "</button>");
    close_cell(sheet);
}

static bool is_of_form(const char *name) {
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* What became of the form that was sent; faults of fields that it does not have can be told only here. */
static void add_result(const struct sheet *sheet) {
    struct buffer *out = sheet->out;
    if (sheet->form->is_saved) {
        buffer_add(out, "<p class=\"success\" role=\"status\">");
        page_words(out, sheet->language, WORDS_PAGE_SAVED);
        buffer_add(out, "</p>\n");
    }
    if (!sheet->form->faults)
        return;
    buffer_add(out, "<div class=\"trouble\" role=\"alert\"><p>");
    page_words(out, sheet->language, WORDS_PROBLEM_VALUES);
    buffer_add(out, "</p>");
    for (const struct fault *fault = sheet->form->faults; fault; fault = fault->next) {
        if (is_of_form(fault->field))
            continue;
        buffer_add(out, "<p>");
        buffer_add_html(out, fault->field);
        buffer_add(out, ": ");
        buffer_add_html(out, fault->message);
        buffer_add(out, "</p>");
    }
    buffer_add(out, "</div>\n");
}

static void add_form(const struct sheet *sheet) {
    struct buffer *out = sheet->out;
    buffer_add(out, "<form method=\"post\" action=\"/api/users/me\">\n<div class=\"pair\">\n");
    add_person(sheet);
    buffer_add(out, "</div>\n<h2>");
    page_words(out, sheet->language, WORDS_PAGE_SETTINGS_MAILS);
    buffer_add(out, "</h2>\n");
    open_radios(sheet, PROFILE_MAIL_HOW, WORDS_PAGE_MAIL_HOW, MAIL_HOWS);
    close_radios(sheet);
    open_radios(sheet, PROFILE_MAIL_LEVEL, WORDS_PAGE_MAIL_LEVEL, MAIL_LEVELS);
    add_own(sheet);
    close_radios(sheet);
    buffer_add(out, "<div class=\"pair\">\n");
    add_hour(sheet);
    add_zone(sheet);
    buffer_add(out, "</div>\n<button class=\"primary\">");
    page_words(out, sheet->language, WORDS_PAGE_SAVE);
    buffer_add(out, "</button>\n</form>\n");
}

void page_profile(struct buffer *out, const struct user *viewer, const struct profile_form *form) {
    enum language language = viewer->language;
    const struct sheet sheet = {out, language, form};
    page_open(out, language, words(language, WORDS_PAGE_SETTINGS), viewer);
    buffer_add(out, "<script type=\"module\" src=\"" WWW_SCRIPT_PROFILE "\"></script>\n"
                    "<main class=\"settings\">\n<header><h1>");
    page_words(out, language, WORDS_PAGE_SETTINGS);
    buffer_add(out, "</h1><a class=\"close\" href=\"/api/tasks\">");
    page_words(out, language, WORDS_PAGE_TO_TASKS);
    buffer_add(out, "</a></header>\n");
    add_result(&sheet);
    add_form(&sheet);
    page_account_settings(out, viewer, form->has_factor);
    if (form->sessions)
        page_sessions(out, viewer, form->sessions);
    page_own_data(out, viewer);
    buffer_add(out, "</main>\n");
    page_close(out);
}
