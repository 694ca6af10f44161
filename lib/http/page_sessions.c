#include "http/page_sessions.h"

#include "base/clock.h"

#include <string.h>

struct mark {
    const char *piece; /* of a User-Agent */
    const char *name;
};

/* Each names those that it is like behind itself, so the first that is found is it. */
static const struct mark browsers[] = {
    {"Edg", "Edge"},      {"OPR/", "Opera"},       {"SamsungBrowser/", "Samsung Internet"},
    {"Whale/", "Whale"},  {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
    {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"},   {"Safari/", "Safari"},
    {"curl/", "curl"},
};
static const struct mark systems[] = {
    {"iPhone", "iPhone"},  {"iPad", "iPad"},     {"Android", "Android"}, {"Windows", "Windows"},
    {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
};

static const char *find_mark(const struct mark *marks, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        if (strstr(text, marks[i].piece))
            return marks[i].name;
    return NULL;
}

const char *page_browser_name(struct arena *arena, const char *user_agent) {
    const char *browser = find_mark(browsers, COUNT(browsers), user_agent);
    const char *system = find_mark(systems, COUNT(systems), user_agent);
    if (!browser)
        return user_agent;
    return system ? arena_print(arena, "%s, %s", browser, system) : browser;
}

/* This browser's needs nothing more; another's takes the password of the form above the list. */
static void add_button(struct buffer *out, enum language language, int64_t id, bool is_current) {
    buffer_print(out,
                 is_current ? "<form method=\"post\" action=\"/api/sessions/%lld/end\"><button>"
                            : "<button form=\"end\" formaction=\"/api/sessions/%lld/end\">",
                 (long long)id);
    page_words(out, language, WORDS_PAGE_SIGN_OUT);
    buffer_add(out, is_current ? "</button></form>" : "</button>");
}

/* Above the list, so that who presses Enter behind the password signs out all others, not the first of them.
 */
static void add_form(struct buffer *out, enum language language) {
    buffer_add(out, "<form id=\"end\" method=\"post\" action=\"/api/sessions/end\">\n<p>");
    page_words(out, language, WORDS_PAGE_SESSIONS_PASSWORD);
    buffer_add(out, "</p>\n");
    page_label_open(out, language, WORDS_PAGE_PASSWORD, "field");
    buffer_add(out, "<input type=\"password\" name=\"password\" autocomplete=\"current-password\" "
                    "maxlength=\"128\" required></label>\n<button>");
    page_words(out, language, WORDS_PAGE_SESSIONS_END_OTHERS);
    buffer_add(out, "</button>\n</form>\n");
}

static void add_session(struct buffer *out, const struct user *viewer, const struct session *session,
                        const struct page_sessions *all) {
    const char *name = page_browser_name(out->arena, session->browser);
    struct clock_local begun = clock_local(viewer->mail.time_zone, session->created_at);
    bool is_current = session->id == all->current_id;
    buffer_add(out, "<li><div><span class=\"name\">");
    if (*name)
        buffer_add_html(out, name);
    else
        page_words(out, viewer->language, WORDS_PAGE_SESSIONS_UNKNOWN);
    buffer_add(out, "</span> <small>");
    const char *day = page_day(out->arena, viewer->language, begun.day, all->now);
    const char *time = arena_print(out->arena, "%02d:%02d", begun.hour, begun.minute);
    buffer_add_html(out, words_print(out->arena, viewer->language, WORDS_PAGE_SESSIONS_SINCE, {"day", day},
                                     {"time", time}));
    if (is_current) {
        buffer_add(out, " · ");
        page_words(out, viewer->language, WORDS_PAGE_SESSIONS_CURRENT);
    }
    buffer_add(out, "</small></div>\n");
    add_button(out, viewer->language, session->id, is_current);
    buffer_add(out, "</li>\n");
}

void page_sessions(struct buffer *out, const struct user *viewer, const struct page_sessions *sessions) {
    buffer_add(out, "<section class=\"sessions\" id=\"sessions\">\n<h2>");
    page_words(out, viewer->language, WORDS_PAGE_SESSIONS);
    buffer_add(out, "</h2>\n");
    if (sessions->count > 1)
        add_form(out, viewer->language);
    buffer_add(out, "<ul>\n");
    for (size_t i = 0; i < sessions->count; i++)
        add_session(out, viewer, &sessions->sessions[i], sessions);
    buffer_add(out, "</ul>\n</section>\n");
}
