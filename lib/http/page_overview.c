#include "http/page_overview.h"

#include "domain/change_words.h"
#include "domain/day_words.h"

#include <stdlib.h>
#include <string.h>

/* ---- the sheet ---- */

static void add_place(struct buffer *out, enum language language, const char *path, enum words_key key,
                      enum words_key here) {
    buffer_print(out, key == here ? "<a href=\"%s\" aria-current=\"page\">" : "<a href=\"%s\">", path);
    page_words(out, language, key);
    buffer_add(out, "</a>\n");
}

static void open_sheet(struct buffer *out, const struct user *viewer, enum words_key here) {
    enum language language = viewer->language;
    page_open(out, language, words(language, here), viewer);
    buffer_add(out, "<main class=\"overview is-plain\">\n<h1>");
    page_words(out, language, WORDS_PAGE_OVERVIEW);
    buffer_add(out, "</h1>\n<nav class=\"places\" aria-label=\"");
    page_words(out, language, WORDS_PAGE_OVERVIEW);
    buffer_add(out, "\">\n");
    add_place(out, language, "/api/overview/week", WORDS_PAGE_OVERVIEW_WEEK, here);
    add_place(out, language, "/api/overview/flow", WORDS_PAGE_OVERVIEW_FLOW, here);
    add_place(out, language, "/api/overview/people", WORDS_PAGE_OVERVIEW_PEOPLE, here);
    add_place(out, language, "/api/tasks?due=overdue&amp;sort=due", WORDS_PAGE_FILTER_DUE_OVERDUE, here);
    add_place(out, language, "/api/tasks", WORDS_PAGE_TO_TASKS, here);
    buffer_add(out, "</nav>\n<section>\n<h2>");
    page_words(out, language, here);
    buffer_add(out, "</h2>\n");
}

static void close_sheet(struct buffer *out) {
    buffer_add(out, "</section>\n</main>\n");
    page_close(out);
}

static void add_sentence(struct buffer *out, enum language language, enum words_key key) {
    buffer_add(out, "<p class=\"nothing\">");
    page_words(out, language, key);
    buffer_add(out, "</p>\n");
}

/* ---- tables ---- */

static void open_table(struct buffer *out, enum language language, const char *class,
                       const enum words_key *heads, size_t count) {
    buffer_print(out, "<table class=\"%s\">\n<thead><tr>", class);
    for (size_t i = 0; i < count; i++) {
        buffer_add(out, "<th scope=\"col\">");
        page_words(out, language, heads[i]);
        buffer_add(out, "</th>");
    }
    buffer_add(out, "</tr></thead>\n<tbody>\n");
}

static void add_number(struct buffer *out, int64_t number) {
    buffer_add(out, "<td>");
    buffer_add_integer(out, number);
    buffer_add(out, "</td>");
}

static void add_percent(struct buffer *out, enum language language, int64_t number) {
    buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_PERCENT,
                                     {"number", arena_print(out->arena, "%lld", (long long)number)}));
}

/* ---- my week ---- */

static void add_task(struct buffer *out, enum language language, const struct task *task, const char *today) {
    bool is_late = strcmp(task->due_on, today) < 0;
    buffer_print(out, "<tr><th scope=\"row\"><a href=\"/api/tasks/%lld\">", (long long)task->id);
    buffer_add_html(out, task->title);
    buffer_print(out, "</a></th><td%s><time datetime=\"%s\" title=\"", is_late ? " class=\"is-late\"" : "",
                 task->due_on);
    buffer_add_html(out, day_words(out->arena, language, task->due_on, today));
    buffer_add(out, "\">");
    buffer_add_html(out, due_words(out->arena, language, task->due_on, today));
    buffer_print(out, "</time></td><td><span class=\"state state-%s\">", task->status);
    buffer_add_html(out, choice_words(language, "status", task->status));
    buffer_add(out, "</span></td><td>");
    add_percent(out, language, task->progress);
    buffer_add(out, "</td></tr>\n");
}

static void add_tasks(struct buffer *out, enum language language, const struct due_tasks *due,
                      const char *today) {
    for (size_t i = 0; i < due->count; i++)
        add_task(out, language, &due->tasks[i], today);
}

void page_week(struct buffer *out, const struct user *viewer, const struct overview_week *week) {
    static const enum words_key heads[] = {WORDS_PAGE_FIELD_TITLE, WORDS_PAGE_FIELD_DUE_ON,
                                           WORDS_PAGE_FIELD_STATUS, WORDS_PAGE_FIELD_PROGRESS};
    enum language language = viewer->language;
    open_sheet(out, viewer, WORDS_PAGE_OVERVIEW_WEEK);
    if (week->late.count || week->ahead.count) {
        open_table(out, language, "due-tasks", heads, COUNT(heads));
        add_tasks(out, language, &week->late, week->days[0]);
        add_tasks(out, language, &week->ahead, week->days[0]);
        buffer_add(out, "</tbody>\n</table>\n");
    } else {
        add_sentence(out, language, WORDS_PAGE_OVERVIEW_WEEK_EMPTY);
    }
    if (week->late.has_more || week->ahead.has_more) {
        buffer_add(out, "<p><a href=\"/api/tasks?assignee=me&amp;sort=due\">");
        page_words(out, language, WORDS_PAGE_TO_TASKS);
        buffer_add(out, "</a></p>\n");
    }
    close_sheet(out);
}

/* ---- the flow ---- */

static void add_spans(struct buffer *out, enum language language, size_t shown) {
    static const char *const spans[] = {"30", "90", "365"};
    buffer_add(out, "<p>");
    for (size_t i = 0; i < COUNT(spans); i++) {
        bool is_shown = strtoul(spans[i], NULL, 10) == shown;
        buffer_print(out, "%s<a href=\"/api/overview/flow?days=%s\"%s>", i ? " · " : "", spans[i],
                     is_shown ? " aria-current=\"true\"" : "");
        buffer_add_html(out,
                        words_print(out->arena, language, WORDS_PAGE_OVERVIEW_SPAN, {"count", spans[i]}));
        buffer_add(out, "</a>");
    }
    buffer_add(out, "</p>\n<p><small>");
    page_words(out, language, WORDS_PAGE_OVERVIEW_FLOW_ABOUT);
    buffer_add(out, "</small></p>\n");
}

void page_flow(struct buffer *out, const struct user *viewer, const struct overview_flow *flow) {
    static const enum words_key heads[] = {WORDS_PAGE_OVERVIEW_DAY, WORDS_PAGE_STATUS_TODO,
                                           WORDS_PAGE_STATUS_DOING, WORDS_PAGE_STATUS_DONE};
    enum language language = viewer->language;
    const struct flow_day *last = &flow->days[flow->count - 1];
    open_sheet(out, viewer, WORDS_PAGE_OVERVIEW_FLOW);
    if (!last->todo && !last->doing && !last->done)
        add_sentence(out, language, WORDS_PAGE_OVERVIEW_EMPTY);
    add_spans(out, language, flow->count);
    open_table(out, language, "numbers", heads, COUNT(heads));
    for (size_t i = flow->count; i-- > 0;) {
        char day[CLOCK_DAY_BYTES];
        days_after(flow->first, (int64_t)i, day);
        buffer_print(out, "<tr><th scope=\"row\"><time datetime=\"%s\">", day);
        buffer_add_html(out, day_words(out->arena, language, day, flow->today));
        buffer_add(out, "</time></th>");
        add_number(out, flow->days[i].todo);
        add_number(out, flow->days[i].doing);
        add_number(out, flow->days[i].done);
        buffer_add(out, "</tr>\n");
    }
    buffer_add(out, "</tbody>\n</table>\n");
    close_sheet(out);
}

/* ---- who has how much ---- */

static void add_load(struct buffer *out, enum language language, const struct load *load) {
    const char *who = load->person.id ? arena_print(out->arena, "%lld", (long long)load->person.id) : "none";
    buffer_print(out, "<tr><th scope=\"row\"><a href=\"/api/tasks?assignee=%s\">", who);
    page_person(out, language, &load->person);
    buffer_add(out, "</a></th>");
    add_number(out, load->open);
    add_number(out, load->doing);
    add_number(out, load->late);
    buffer_add(out, "<td>");
    add_percent(out, language, load->progress);
    buffer_add(out, "</td></tr>\n");
}

void page_loads(struct buffer *out, const struct user *viewer, const struct overview_people *people) {
    static const enum words_key heads[] = {WORDS_PAGE_FIELD_ASSIGNEE, WORDS_PAGE_OVERVIEW_OPEN,
                                           WORDS_PAGE_STATUS_DOING, WORDS_PAGE_FILTER_DUE_OVERDUE,
                                           WORDS_PAGE_OVERVIEW_PROGRESS};
    enum language language = viewer->language;
    open_sheet(out, viewer, WORDS_PAGE_OVERVIEW_PEOPLE);
    if (people->count) {
        open_table(out, language, "numbers", heads, COUNT(heads));
        for (size_t i = 0; i < people->count; i++)
            add_load(out, language, &people->loads[i]);
        buffer_add(out, "</tbody>\n</table>\n");
    } else {
        add_sentence(out, language, WORDS_PAGE_OVERVIEW_PEOPLE_EMPTY);
    }
    close_sheet(out);
}
