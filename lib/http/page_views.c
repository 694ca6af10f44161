#include "http/page_views.h"

static void add_links(struct buffer *out, enum language language, const struct saved_view *views,
                      size_t count) {
    buffer_add(out, "<nav class=\"kept-views\" aria-label=\"");
    page_words(out, language, WORDS_PAGE_VIEWS);
    buffer_add(out, "\">\n");
    for (size_t i = 0; i < count; i++) {
        const char *query = saved_view_list_query(out->arena, views[i].query);
        buffer_print(out, "%s<a href=\"/api/tasks?", i ? " · " : "");
        buffer_add_html(out, query ? query : "");
        buffer_add(out, "\">");
        buffer_add_html(out, views[i].name);
        buffer_add(out, "</a>\n");
    }
    buffer_add(out, "</nav>\n");
}

static void add_delete(struct buffer *out, enum language language, const struct saved_view *view) {
    buffer_print(out, "<form method=\"post\" action=\"/api/views/%lld/delete\"><button class=\"quiet\">",
                 (long long)view->id);
    buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_VIEW_DELETE, {"name", view->name}));
    buffer_add(out, "</button></form>\n");
}

void page_views(struct buffer *out, enum language language, const struct saved_view *views, size_t count,
                const char *query) {
    if (count)
        add_links(out, language, views, count);
    buffer_add(out, "<details class=\"kept-views\"><summary>");
    page_words(out, language, count ? WORDS_PAGE_VIEWS : WORDS_PAGE_VIEW_SAVE);
    buffer_add(out, "</summary>\n<form method=\"post\" action=\"/api/views\">\n"
                    "<input type=\"hidden\" name=\"query\" value=\"");
    buffer_add_html(out, query);
    buffer_add(out, "\">\n");
    page_label_open(out, language, WORDS_PAGE_VIEW_NAME, "field");
    buffer_print(out,
                 "<input name=\"name\" maxlength=\"%d\" required autocomplete=\"off\"></label>\n<button>",
                 SAVED_VIEW_MOST_NAME);
    page_words(out, language, WORDS_PAGE_VIEW_SAVE);
    buffer_add(out, "</button>\n</form>\n");
    for (size_t i = 0; i < count; i++)
        add_delete(out, language, &views[i]);
    buffer_add(out, "</details>\n");
}
