#include "http/page_calendar.h"

#include "base/clock.h"
#include "http/page.h"

static void add_button(struct buffer *out, enum language language, const char *action, const char *look,
                       enum words_key label) {
    buffer_print(out, "<form method=\"post\" action=\"%s\"><button class=\"%s\">", action, look);
    page_words(out, language, label);
    buffer_add(out, "</button></form>\n");
}

static void write_page(struct buffer *out, const struct user *viewer, const struct page_calendar *shown) {
    enum language language = viewer->language;
    page_open(out, language, words(language, WORDS_PAGE_CALENDAR), viewer);
    buffer_add(out, "<main class=\"settings\">\n<header><h1>");
    page_words(out, language, WORDS_PAGE_CALENDAR);
    buffer_add(out, "</h1><a class=\"close\" href=\"/api/users/me\">");
    page_words(out, language, WORDS_PAGE_SETTINGS);
    buffer_add(out, "</a></header>\n<p>");
    page_words(out, language, WORDS_PAGE_CALENDAR_ABOUT);
    buffer_add(out, "</p>\n");
    if (shown->link) {
        page_secret(out, language, WORDS_PAGE_CALENDAR_MADE, shown->link);
    } else if (shown->created_at) {
        char day[CLOCK_DAY_BYTES];
        clock_write_day(shown->created_at, day);
        buffer_add(out, "<p>");
        buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_CALENDAR_SINCE,
                                         {"day", page_day(out->arena, language, day, clock_now())}));
        buffer_add(out, "</p>\n");
    }
    bool has_link = shown->created_at != 0;
    buffer_add(out, "<div class=\"actions\">\n");
    add_button(out, language, "/api/calendar", has_link ? "quiet" : "primary",
               has_link ? WORDS_PAGE_CALENDAR_AGAIN : WORDS_PAGE_CALENDAR_MAKE);
    if (has_link)
        add_button(out, language, "/api/calendar/delete", "quiet", WORDS_PAGE_CALENDAR_END);
    buffer_add(out, "</div>\n</main>\n");
    page_close(out);
}

void respond_calendar(struct request *request, int status, const struct page_calendar *shown) {
    if (request->is_html) {
        write_page(respond_page(request, status), request->user, shown);
        return;
    }
    struct json_writer *json = respond_json(request, status);
    json_open_object(json);
    json_add_time(json, "created_at", shown->created_at);
    if (shown->link)
        json_add_text(json, "link", shown->link);
    json_close_object(json);
}
