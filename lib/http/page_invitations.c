#include "http/page_invitations.h"

#include "base/clock.h"

static void add_form(struct buffer *out, enum language language) {
    buffer_add(out, "<form method=\"post\" action=\"/api/invitations\">\n<div class=\"pair\">\n");
    page_label_open(out, language, WORDS_PAGE_INVITATION_EMAIL, "field");
    buffer_print(out, "<input type=\"email\" name=\"email\" maxlength=\"%d\" autocomplete=\"off\"></label>\n",
                 USER_MOST_EMAIL);
    page_label_open(out, language, WORDS_PAGE_ROLE, "field");
    buffer_add(out, "<select name=\"role\">");
    page_option(out, "member", words(language, WORDS_PAGE_ROLE_MEMBER), true);
    page_option(out, "admin", words(language, WORDS_PAGE_ROLE_ADMIN), false);
    buffer_add(out, "</select></label>\n</div>\n<button class=\"primary\">");
    page_words(out, language, WORDS_PAGE_INVITE_NOW);
    buffer_add(out, "</button>\n</form>\n");
}

static void add_row(struct buffer *out, enum language language, const struct invitation *invitation) {
    char day[CLOCK_DAY_BYTES];
    clock_write_day(invitation->expires_at, day);
    buffer_add(out, "<li><span class=\"name\">");
    buffer_add_html(out,
                    invitation->email ? invitation->email : words(language, WORDS_PAGE_INVITATION_ANYBODY));
    buffer_add(out, "</span><p class=\"about\">");
    page_words(out, language, invitation->is_admin ? WORDS_PAGE_ROLE_ADMIN : WORDS_PAGE_ROLE_MEMBER);
    buffer_add(out, " · ");
    buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_VALID_UNTIL,
                                     {"day", page_day(out->arena, language, day, clock_now())}));
    buffer_print(
        out,
        "</p>\n<div class=\"actions\"><form method=\"post\" action=\"/api/invitations/%lld/delete\"><button "
        "class=\"quiet\">",
        (long long)invitation->id);
    page_words(out, language, WORDS_PAGE_INVITATION_REVOKE);
    buffer_add(out, "</button></form></div></li>\n");
}

void page_invitations(struct buffer *out, const struct user *viewer, const struct invitation *invitations,
                      size_t count, const char *link) {
    enum language language = viewer->language;
    page_open(out, language, words(language, WORDS_PAGE_INVITATIONS), viewer);
    buffer_add(out, "<main class=\"settings\">\n<header><h1>");
    page_words(out, language, WORDS_PAGE_INVITATIONS);
    buffer_add(out, "</h1><a class=\"close\" href=\"/api/users\">");
    page_words(out, language, WORDS_PAGE_PEOPLE);
    buffer_add(out, "</a></header>\n");
    if (link)
        page_secret(out, language, WORDS_PAGE_INVITATION_MADE, link);
    add_form(out, language);
    if (count)
        buffer_add(out, "<ul class=\"people\">\n");
    for (size_t i = 0; i < count; i++)
        add_row(out, language, &invitations[i]);
    if (count)
        buffer_add(out, "</ul>\n");
    buffer_add(out, "</main>\n");
    page_close(out);
}
