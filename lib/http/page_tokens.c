#include "http/page_tokens.h"

#include "base/clock.h"
#include "data/day_file.h"
#include "domain/change_words.h"

#include <string.h>

enum { DAY_S = 24 * 3600 };

static const char *day_of(struct arena *arena, enum language language, int64_t time) {
    char day[CLOCK_DAY_BYTES];
    clock_write_day(time, day);
    return page_day(arena, language, arena_copy(arena, day), clock_now());
}

static void add_form(struct buffer *out, const struct user *viewer) {
    enum language language = viewer->language;
    buffer_add(out, "<form method=\"post\" action=\"/api/tokens\">\n");
    page_label_open(out, language, WORDS_PAGE_TOKEN_NAME, "field");
    buffer_print(out, "<input name=\"name\" required maxlength=\"%d\" autocomplete=\"off\"></label>\n",
                 API_TOKEN_MOST_NAME);
    buffer_add(out, "<div class=\"pair\">\n");
    page_label_open(out, language, WORDS_PAGE_TOKEN_SCOPE, "field");
    buffer_add(out, "<select name=\"scope\">");
    for (size_t i = 0; API_TOKEN_SCOPES[i]; i++)
        if (viewer->is_admin || strcmp(API_TOKEN_SCOPES[i], "admin") != 0)
            page_option(out, API_TOKEN_SCOPES[i], choice_words(language, "token_scope", API_TOKEN_SCOPES[i]),
                        i == 0);
    buffer_add(out, "</select></label>\n");
    page_label_open(out, language, WORDS_PAGE_TOKEN_DAYS, "field");
    buffer_print(out,
                 "<input type=\"number\" name=\"days\" min=\"1\" max=\"%d\" value=\"%d\"></label>\n</div>\n",
                 API_TOKEN_MOST_DAYS, API_TOKEN_USUAL_DAYS);
    buffer_add(out, "<button class=\"primary\">");
    page_words(out, language, WORDS_PAGE_TOKEN_MAKE);
    buffer_add(out, "</button>\n</form>\n");
}

static void add_row(struct buffer *out, const struct tokens_view *view, const struct api_token *token) {
    enum language language = view->viewer->language;
    int64_t used = day_file_get(view->day_file, token->id);
    buffer_add(out, "<li><span class=\"name\">");
    buffer_add_html(out, token->name);
    buffer_add(out, "</span><p class=\"about\">");
    buffer_add_html(out, choice_words(language, "token_scope", token->scope));
    buffer_add(out, " · ");
    buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_VALID_UNTIL,
                                     {"day", day_of(out->arena, language, token->expires_at)}));
    buffer_add(out, " · ");
    if (used)
        buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_TOKEN_USED,
                                         {"day", day_of(out->arena, language, used * DAY_S)}));
    else
        page_words(out, language, WORDS_PAGE_TOKEN_UNUSED);
    buffer_print(out,
                 "</p>\n<div class=\"actions\"><form method=\"post\" action=\"/api/tokens/%lld/delete\">"
                 "<button class=\"quiet\">",
                 (long long)token->id);
    page_words(out, language, WORDS_PAGE_TOKEN_REVOKE);
    buffer_add(out, "</button></form></div></li>\n");
}

void page_tokens(struct buffer *out, const struct tokens_view *view) {
    enum language language = view->viewer->language;
    page_open(out, language, words(language, WORDS_PAGE_TOKENS), view->viewer);
    buffer_add(out, "<main class=\"settings\">\n<header><h1>");
    page_words(out, language, WORDS_PAGE_TOKENS);
    buffer_add(out, "</h1><a class=\"close\" href=\"/api/users/me\">");
    page_words(out, language, WORDS_PAGE_SETTINGS);
    buffer_add(out, "</a></header>\n<p>");
    page_words(out, language, WORDS_PAGE_TOKENS_ABOUT);
    buffer_add(out, "</p>\n");
    if (view->secret)
        page_secret(out, language, WORDS_PAGE_TOKEN_MADE, view->secret);
    add_form(out, view->viewer);
    if (view->count)
        buffer_add(out, "<ul class=\"people\">\n");
    for (size_t i = 0; i < view->count; i++)
        add_row(out, view, &view->tokens[i]);
    if (view->count)
        buffer_add(out, "</ul>\n");
    buffer_add(out, "</main>\n");
    page_close(out);
}

void page_own_data(struct buffer *out, const struct user *viewer) {
    enum language language = viewer->language;
    buffer_add(out, "<h2>");
    page_words(out, language, WORDS_PAGE_YOUR_DATA);
    buffer_add(out, "</h2>\n<p><a href=\"/api/tokens\">");
    page_words(out, language, WORDS_PAGE_TOKENS);
    buffer_add(out, "</a> · <a href=\"/api/calendar\">");
    page_words(out, language, WORDS_PAGE_CALENDAR);
    buffer_add(out, "</a> · <a href=\"/api/users/me/export\" download>");
    page_words(out, language, WORDS_PAGE_EXPORT);
    buffer_add(out, "</a></p>\n<details class=\"ending\"><summary>");
    page_words(out, language, WORDS_PAGE_ACCOUNT_DELETE);
    buffer_print(out, "</summary>\n<form method=\"post\" action=\"/api/users/%lld/delete\">\n<p>",
                 (long long)viewer->id);
    page_words(out, language, WORDS_PAGE_PERSON_DELETE_ABOUT);
    buffer_add(out, "</p>\n");
    page_label_open(out, language, WORDS_PAGE_PASSWORD, "field");
    buffer_add(out, "<input type=\"password\" name=\"password\" required "
                    "autocomplete=\"current-password\"></label>\n<button>");
    page_words(out, language, WORDS_PAGE_PERSON_DELETE_NOW);
    buffer_add(out, "</button>\n</form></details>\n");
}
