#include "http/page_list.h"

#include "domain/change_words.h"
#include "domain/quick_add.h"
#include "http/page_views.h"

#include <json-c/json.h>
#include <string.h>

static const char *text_or_empty(const char *text) {
    return text ? text : "";
}

/* ---- new task ---- */

static void add_new_form(struct buffer *out, enum language language, const struct user *people,
                         size_t count) {
    buffer_add(out, "<form class=\"new is-open\" method=\"post\" action=\"/api/tasks\">\n");
    page_label_open(out, language, WORDS_PAGE_NEW_TASK, "field wide");
    buffer_print(out,
                 "<input name=\"line\" maxlength=\"%d\" required autocomplete=\"off\" "
                 "aria-describedby=\"signs\" placeholder=\"",
                 QUICK_ADD_MOST);
    page_words(out, language, WORDS_PAGE_TITLE_PROMPT);
    buffer_add(out, "\"></label>\n<div class=\"rest\">\n<p class=\"wide\" id=\"signs\"><small>");
    page_words(out, language, WORDS_PAGE_LINE_HINT);
    buffer_add(out, "</small></p>\n");
    page_label_open(out, language, WORDS_PAGE_FIELD_ASSIGNEE, "field");
    buffer_add(out, "<select name=\"assignee_id\">");
    page_people_options(out, language, people, count, 0);
    buffer_add(out, "</select></label>\n");
    page_label_open(out, language, WORDS_PAGE_FIELD_PRIORITY, "field");
    buffer_add(out, "<select name=\"priority\">");
    page_priority_options(out, language, "normal");
    buffer_add(out, "</select></label>\n");
    page_label_open(out, language, WORDS_PAGE_FIELD_DUE_ON, "field");
    buffer_add(out, "<input type=\"date\" name=\"due_on\"></label>\n");
    page_label_hint_open(out, language, WORDS_PAGE_FIELD_LABELS, WORDS_PAGE_LABELS_HINT, "field");
    buffer_add(out, "<input name=\"labels\" autocomplete=\"off\"></label>\n");
    page_label_open(out, language, WORDS_PAGE_FIELD_DESCRIPTION, "field wide");
    buffer_add(out, "<textarea name=\"description\" rows=\"2\"></textarea></label>\n</div>\n"
                    "<button class=\"primary\">");
    page_words(out, language, WORDS_PAGE_ADD);
    buffer_add(out, "</button>\n</form>\n");
}

/* ---- filters ---- */

static void open_filter(struct buffer *out, enum language language, enum words_key key, const char *class) {
    buffer_print(out, "<label%s><span class=\"unseen\">", class);
    page_words(out, language, key);
    buffer_add(out, "</span>");
}

static void open_select(struct buffer *out, const char *name, const char *given) {
    buffer_print(out, "<select name=\"%s\"%s>", name, given && *given ? " class=\"is-set\"" : "");
}

/* Options for the words of the API; `any` in front, unless it is NULL. */
static void add_choices(struct buffer *out, enum language language, const char *field,
                        const char *const *values, const char *any, const char *chosen) {
    if (any)
        page_option(out, "", any, !*chosen);
    for (size_t i = 0; values[i]; i++)
        page_option(out, values[i], choice_words(language, field, values[i]), strcmp(values[i], chosen) == 0);
    buffer_add(out, "</select></label>\n");
}

static void add_text_filter(struct buffer *out, enum language language, enum words_key key, const char *class,
                            const char *attributes, const char *value) {
    open_filter(out, language, key, class);
    buffer_print(out, "<input%s %s placeholder=\"", *value ? " class=\"is-set\"" : "", attributes);
    page_words(out, language, key);
    buffer_add(out, "\" value=\"");
    buffer_add_html(out, value);
    buffer_add(out, "\"></label>\n");
}

static void add_assignee_filter(struct buffer *out, enum language language, const struct user *people,
                                size_t count, const char *chosen) {
    open_filter(out, language, WORDS_PAGE_FIELD_ASSIGNEE, "");
    open_select(out, "assignee", chosen);
    page_option(out, "", words(language, WORDS_PAGE_FILTER_ASSIGNEE_ANY), !*chosen);
    page_option(out, "me", words(language, WORDS_PAGE_FILTER_ASSIGNEE_ME), strcmp(chosen, "me") == 0);
    page_option(out, "none", words(language, WORDS_PAGE_FILTER_ASSIGNEE_NONE), strcmp(chosen, "none") == 0);
    for (size_t i = 0; i < count; i++) {
        const char *id = arena_print(out->arena, "%lld", (long long)people[i].id);
        page_option(out, id, people[i].name, strcmp(chosen, id) == 0);
    }
    buffer_add(out, "</select></label>\n");
}

static void add_filters(struct buffer *out, enum language language, const struct task_filter *filter,
                        const struct user *people, size_t count, const struct page_query *query) {
    static const char *const orders[] = {"asc", "desc", NULL};
    buffer_add(
        out,
        "<form class=\"filters has-button\" method=\"get\" action=\"/api/tasks\" role=\"search\" aria-label=\"");
    page_words(out, language, WORDS_PAGE_FILTERS);
    buffer_add(out, filter->in_bin ? "\">\n<input type=\"hidden\" name=\"bin\" value=\"1\">\n" : "\">\n");
    add_text_filter(out, language, WORDS_PAGE_SEARCH, " class=\"grow\"",
                    "type=\"search\" name=\"q\" autocomplete=\"off\"", text_or_empty(query->q));
    add_assignee_filter(out, language, people, count, text_or_empty(query->assignee));
    open_filter(out, language, WORDS_PAGE_FIELD_STATUS, "");
    open_select(out, "status", query->status);
    add_choices(out, language, "status", TASK_STATUSES, words(language, WORDS_PAGE_FILTER_STATUS_ANY),
                text_or_empty(query->status));
    open_filter(out, language, WORDS_PAGE_FIELD_DUE_ON, "");
    open_select(out, "due", query->due);
    add_choices(out, language, "due", TASK_DUES, words(language, WORDS_PAGE_FILTER_DUE_ANY),
                text_or_empty(query->due));
    add_text_filter(out, language, WORDS_PAGE_FILTER_LABEL, " class=\"short\"",
                    "name=\"label\" maxlength=\"50\" autocomplete=\"off\"", text_or_empty(query->label));
    buffer_add(out, "<span class=\"pair\">");
    open_filter(out, language, WORDS_PAGE_SORT, "");
    open_select(out, "sort", filter->sort == SORT_UPDATED ? NULL : query->sort);
    add_choices(out, language, "sort", TASK_SORTS, NULL, TASK_SORTS[filter->sort]);
    open_filter(out, language, WORDS_PAGE_ORDER, "");
    bool is_usual = filter->is_descending == (filter->sort != SORT_DUE && filter->sort != SORT_TITLE);
    open_select(out, "order", is_usual ? NULL : query->order);
    add_choices(out, language, "order", orders, NULL, filter->is_descending ? "desc" : "asc");
    buffer_add(out, "</span>\n<button>");
    page_words(out, language, WORDS_PAGE_FILTER_APPLY);
    buffer_add(out, "</button>\n</form>\n");
}

/* ---- rows ---- */

static void add_head(struct buffer *out, enum language language) {
    static const struct {
        const char *class;
        enum words_key key;
    } columns[] = {
        {"title", WORDS_PAGE_FIELD_TITLE},       {"assignee", WORDS_PAGE_FIELD_ASSIGNEE},
        {"progress", WORDS_PAGE_FIELD_PROGRESS}, {"status", WORDS_PAGE_FIELD_STATUS},
        {"priority", WORDS_PAGE_FIELD_PRIORITY}, {"due", WORDS_PAGE_FIELD_DUE_ON},
    };
    buffer_add(out, "<table class=\"tasks\">\n<thead><tr>\n");
    for (size_t i = 0; i < COUNT(columns); i++) {
        buffer_print(out, "<th scope=\"col\" class=\"%s\">", columns[i].class);
        page_words(out, language, columns[i].key);
        buffer_add(out, "</th>\n");
    }
    buffer_add(out, "</tr></thead>\n<tbody>\n");
}

static void add_labels(struct buffer *out, const char *labels) {
    struct json_object *list = json_tokener_parse(labels);
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    if (count)
        buffer_add(out, "<ul class=\"labels\">");
    for (size_t i = 0; i < count; i++) {
        buffer_add(out, "<li>");
        buffer_add_html(out, json_object_get_string(json_object_array_get_idx(list, i)));
        buffer_add(out, "</li>");
    }
    if (count)
        buffer_add(out, "</ul>");
    (void)json_object_put(list);
}

static void add_restore(struct buffer *out, const struct user *viewer, const struct task *task) {
    const struct actor actor = actor_of(viewer, SCOPE_SESSION);
    if (!may(&actor, VERB_TASK_RESTORE, &(struct object){.creator_id = task->creator.id}))
        return;
    buffer_print(out, "<form method=\"post\" action=\"/api/tasks/%lld/restore\"><button class=\"quiet\">",
                 (long long)task->id);
    page_words(out, viewer->language, WORDS_PAGE_RESTORE);
    buffer_add(out, "</button></form>");
}

static void add_row(struct buffer *out, const struct user *viewer, const struct task *task, bool in_bin,
                    int64_t now) {
    enum language language = viewer->language;
    const char *percent = words_print(out->arena, language, WORDS_PAGE_PERCENT,
                                      {"number", arena_print(out->arena, "%lld", (long long)task->progress)});
    buffer_add(out, strcmp(task->status, "done") == 0 ? "<tr class=\"is-done\">" : "<tr>");
    buffer_print(out, "<th scope=\"row\" class=\"title\"><a href=\"/api/tasks/%lld\">", (long long)task->id);
    buffer_add_html(out, task->title);
    buffer_add(out, "</a>");
    add_labels(out, task->labels);
    buffer_add(out, "</th>\n<td class=\"assignee\">");
    page_person(out, language, &task->assignee);
    buffer_print(out, "</td>\n<td class=\"progress\"><progress max=\"100\" value=\"%lld\" aria-label=\"",
                 (long long)task->progress);
    page_words(out, language, WORDS_PAGE_FIELD_PROGRESS);
    buffer_add(out, "\"></progress><span class=\"number\">");
    buffer_add_html(out, percent);
    buffer_print(out, "</span></td>\n<td class=\"status\"><span class=\"state state-%s\">", task->status);
    buffer_add_html(out, text_or_empty(choice_words(language, "status", task->status)));
    buffer_print(out, "</span></td>\n<td class=\"priority\"><span class=\"weight weight-%s\">",
                 task->priority);
    buffer_add_html(out, text_or_empty(choice_words(language, "priority", task->priority)));
    buffer_add(out, "</span></td>\n<td class=\"due\">");
    if (in_bin)
        add_restore(out, viewer, task);
    else
        page_due(out, language, task, now);
    buffer_add(out, "</td></tr>\n");
}

/* ---- the page ---- */

/* The filters as a query. */
static const char *query_text(struct arena *arena, const struct task_filter *filter,
                              const struct page_query *query) {
    const struct {
        const char *name;
        const char *value;
    } given[] = {
        {"q", query->q},           {"assignee", query->assignee},
        {"status", query->status}, {"due", query->due},
        {"label", query->label},   {"sort", query->sort},
        {"order", query->order},   {"bin", filter->in_bin ? "1" : NULL},
    };
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < COUNT(given); i++) {
        if (!given[i].value || !*given[i].value)
            continue;
        buffer_print(&out, "%s%s=", out.size ? "&" : "", given[i].name);
        buffer_add_url(&out, given[i].value);
    }
    return out.data;
}

/* The address of the next page: the filters as they are, and its cursor. */
static void add_next(struct buffer *out, enum language language, const char *query, const char *next) {
    buffer_add(out, "<p class=\"further\"><a class=\"button\" rel=\"next\" href=\"/api/tasks?");
    buffer_add_html(out, query);
    buffer_add(out, *query ? "&amp;after=" : "after=");
    buffer_add_url(out, next);
    buffer_add(out, "\">");
    page_words(out, language, WORDS_PAGE_MORE);
    buffer_add(out, "</a></p>\n");
}

/* One friendly sentence, and the next step where filters hide what there is. */
static void add_empty(struct buffer *out, enum language language, const struct task_filter *filter) {
    bool is_filtered = filter->status || filter->assignee_id >= 0 || filter->creator_id >= 0 ||
                       filter->label || filter->words || filter->due != DUE_ANY || filter->after;
    buffer_add(out, "<p class=\"empty\">");
    page_words(out, language,
               is_filtered      ? WORDS_PAGE_EMPTY_FILTERED
               : filter->in_bin ? WORDS_PAGE_EMPTY_BIN
                                : WORDS_PAGE_EMPTY);
    if (is_filtered) {
        buffer_print(out, " <a href=\"/api/tasks%s\">", filter->in_bin ? "?bin=1" : "");
        page_words(out, language, WORDS_PAGE_FILTER_CLEAR);
        buffer_add(out, "</a>");
    }
    buffer_add(out, "</p>\n");
}

void page_tasks(struct buffer *out, const struct user *viewer, const struct task_filter *filter,
                const struct task_page *page, const struct user *people, size_t people_count,
                const struct page_query *query, int64_t now) {
    enum language language = viewer->language;
    enum words_key heading = filter->in_bin ? WORDS_PAGE_BIN : WORDS_PAGE_TASKS;
    page_open(out, language, words(language, heading), viewer);
    buffer_add(out, "<main class=\"board\">\n<section class=\"list\">\n<h1><span class=\"heading\">");
    page_words(out, language, heading);
    buffer_add(out, "</span>");
    if (filter->in_bin) {
        buffer_add(out, " <a class=\"to-tasks\" href=\"/api/tasks\">");
        page_words(out, language, WORDS_PAGE_TO_TASKS);
        buffer_add(out, "</a>");
    }
    buffer_add(out, "</h1>\n");
    const char *now_asked = query_text(out->arena, filter, query);
    if (!filter->in_bin) {
        add_new_form(out, language, people, people_count);
        page_views(out, language, query->views, query->view_count, now_asked);
    }
    add_filters(out, language, filter, people, people_count, query);
    if (page->count) {
        add_head(out, language);
        for (size_t i = 0; i < page->count; i++)
            add_row(out, viewer, &page->tasks[i], filter->in_bin, now);
        buffer_add(out, "</tbody>\n</table>\n");
    } else {
        add_empty(out, language, filter);
    }
    if (page->next)
        add_next(out, language, now_asked, page->next);
    buffer_add(out, "</section>\n</main>\n");
    page_close(out);
}
