#include "http/page_people.h"

static void open_form(struct buffer *out, const struct user *person, const char *path) {
    buffer_print(out, "<form method=\"post\" action=\"/api/users/%lld%s\">", (long long)person->id, path);
}

/* One field with its new value, sent by one button. */
static void add_button(struct buffer *out, enum language language, const struct user *person,
                       const char *name, const char *value, enum words_key label) {
    open_form(out, person, "");
    buffer_print(out, "<input type=\"hidden\" name=\"%s\" value=\"%s\"><button class=\"quiet\">", name,
                 value);
    page_words(out, language, label);
    buffer_add(out, "</button></form>\n");
}

/* What cannot be undone takes two steps. One's own account ends in the settings, where the password is asked.
 */
static void add_delete(struct buffer *out, enum language language, const struct user *person) {
    buffer_add(out, "<details><summary>");
    page_words(out, language, WORDS_PAGE_PERSON_DELETE);
    buffer_add(out, "</summary>\n<p>");
    page_words(out, language, WORDS_PAGE_PERSON_DELETE_ABOUT);
    buffer_add(out, "</p>\n");
    open_form(out, person, "/delete");
    buffer_add(out, "<button class=\"danger\">");
    page_words(out, language, WORDS_PAGE_PERSON_DELETE_NOW);
    buffer_add(out, "</button></form></details>\n");
}

/* Somebody has to be left who may do this. */
static bool is_only_administrator(const struct people_view *view, const struct user *person) {
    for (size_t i = 0; i < view->count; i++)
        if (view->people[i].id != person->id && view->people[i].is_admin && !view->people[i].is_disabled)
            return false;
    return person->is_admin && !person->is_disabled;
}

static void add_rights(struct buffer *out, const struct people_view *view, const struct user *person) {
    enum language language = view->viewer->language;
    buffer_add(out, "<p class=\"about\">");
    buffer_add_html(out, person->email);
    buffer_add(out, " · ");
    page_words(out, language, person->is_admin ? WORDS_PAGE_ROLE_ADMIN : WORDS_PAGE_ROLE_MEMBER);
    if (person->is_disabled) {
        buffer_add(out, " · ");
        page_words(out, language, WORDS_PAGE_PERSON_DISABLED);
    }
    buffer_add(out, "</p>\n");
    if (is_only_administrator(view, person))
        return;
    buffer_add(out, "<div class=\"actions\">\n");
    add_button(out, language, person, "role", person->is_admin ? "member" : "admin",
               person->is_admin ? WORDS_PAGE_PERSON_DEMOTE : WORDS_PAGE_PERSON_PROMOTE);
    add_button(out, language, person, "disabled", person->is_disabled ? "0" : "1",
               person->is_disabled ? WORDS_PAGE_PERSON_ENABLE : WORDS_PAGE_PERSON_DISABLE);
    if (person->id != view->viewer->id)
        add_delete(out, language, person);
    buffer_add(out, "</div>\n");
}

void page_people(struct buffer *out, const struct people_view *view) {
    enum language language = view->viewer->language;
    page_open(out, language, words(language, WORDS_PAGE_PEOPLE), view->viewer);
    buffer_add(out, "<main class=\"settings\">\n<header><h1>");
    page_words(out, language, WORDS_PAGE_PEOPLE);
    buffer_add(out, "</h1><a class=\"close\" href=\"/api/tasks\">");
    page_words(out, language, WORDS_PAGE_TO_TASKS);
    buffer_add(out, "</a></header>\n");
    if (view->may_update) {
        buffer_add(out, "<p><a href=\"/api/invitations\">");
        page_words(out, language, WORDS_PAGE_INVITATIONS);
        buffer_add(out, "</a></p>\n");
    }
    buffer_add(out, "<ul class=\"people\">\n");
    for (size_t i = 0; i < view->count; i++) {
        const struct user *person = &view->people[i];
        if (person->is_disabled && !view->may_update)
            continue;
        buffer_add(out, "<li>");
        page_person(out, language, &(struct person){person->id, person->name});
        if (view->may_update)
            add_rights(out, view, person);
        buffer_add(out, "</li>\n");
    }
    buffer_add(out, "</ul>\n</main>\n");
    page_close(out);
}
