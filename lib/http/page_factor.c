/*
 * The forms are named as the functions that they post to take them. What was wrong stands at its field; a
 * password or a code that was typed is not shown again.
 */
#include "http/page_factor.h"

#include "page_files.h"

#include <string.h>

struct sheet {
    struct buffer *out;
    enum language language;
    const struct fault *faults;
};

static void add_paragraph(const struct sheet *sheet, enum words_key key) {
    buffer_add(sheet->out, "<p>");
    page_words(sheet->out, sheet->language, key);
    buffer_add(sheet->out, "</p>\n");
}

static const struct fault *fault_of(const struct sheet *sheet, const char *name) {
    const struct fault *fault = sheet->faults;
    while (fault && strcmp(fault->field, name) != 0)
        fault = fault->next;
    return fault;
}

static void add_input(const struct sheet *sheet, enum words_key label, const char *name,
                      const char *attributes) {
    const struct fault *fault = fault_of(sheet, name);
    page_label_open(sheet->out, sheet->language, label, "field");
    buffer_print(sheet->out, "<input name=\"%s\" %s", name, attributes);
    if (fault)
        buffer_print(sheet->out, " aria-invalid=\"true\" aria-describedby=\"fault-%s\" autofocus", name);
    buffer_add(sheet->out, "></label>\n");
    if (!fault)
        return;
    buffer_print(sheet->out, "<span class=\"fault\" id=\"fault-%s\">", name);
    buffer_add_html(sheet->out, fault->message);
    buffer_add(sheet->out, "</span>\n");
}

static void add_password(const struct sheet *sheet, bool is_required) {
    add_input(sheet, WORDS_PAGE_PASSWORD, "password",
              is_required ? "type=\"password\" autocomplete=\"current-password\" maxlength=\"128\" required"
                          : "type=\"password\" autocomplete=\"current-password\" maxlength=\"128\"");
}

static void add_code(const struct sheet *sheet, enum words_key label) {
    add_input(sheet, label, "code",
              "autocomplete=\"one-time-code\" maxlength=\"64\" spellcheck=\"false\" required");
}

static void open_form(const struct sheet *sheet, const char *action) {
    buffer_print(sheet->out, "<form method=\"post\" action=\"%s\">\n", action);
}

static void close_form(const struct sheet *sheet, enum words_key button) {
    buffer_add(sheet->out, "<button class=\"primary\">");
    page_words(sheet->out, sheet->language, button);
    buffer_add(sheet->out, "</button>\n</form>\n");
}

static void open_sheet(const struct sheet *sheet, const struct user *viewer, enum words_key title) {
    struct buffer *out = sheet->out;
    page_open(out, sheet->language, words(sheet->language, title), viewer);
    buffer_add(out, "<script type=\"module\" src=\"" WWW_SCRIPT_FACTOR "\"></script>\n"
                    "<main class=\"settings\">\n<header><h1>");
    page_words(out, sheet->language, title);
    buffer_add(out, "</h1><a class=\"close\" href=\"/api/users/me\">");
    page_words(out, sheet->language, WORDS_PAGE_SETTINGS);
    buffer_add(out, "</a></header>\n");
}

static void close_sheet(const struct sheet *sheet) {
    buffer_add(sheet->out, "</main>\n");
    page_close(sheet->out);
}

/* ---- what there is ---- */

static void add_none(const struct sheet *sheet) {
    add_paragraph(sheet, WORDS_PAGE_FACTOR_ABOUT);
    open_form(sheet, "/api/totp");
    add_password(sheet, true);
    close_form(sheet, WORDS_PAGE_FACTOR_BEGIN);
}

/* In groups of four, as people read and type it. */
static void add_secret(const struct sheet *sheet, const struct page_factor *page) {
    buffer_add(sheet->out, "<p><code class=\"secret\">");
    for (size_t i = 0; page->secret[i]; i++) {
        if (i && i % 4 == 0)
            buffer_add_char(sheet->out, ' ');
        buffer_add_char(sheet->out, page->secret[i]);
    }
    buffer_add(sheet->out, "</code></p>\n<p><a href=\"");
    buffer_add_html(sheet->out, page->uri);
    buffer_add(sheet->out, "\">");
    page_words(sheet->out, sheet->language, WORDS_PAGE_FACTOR_OPEN);
    buffer_add(sheet->out, "</a></p>\n");
}

static void add_begun(const struct sheet *sheet, const struct page_factor *page) {
    add_paragraph(sheet, WORDS_PAGE_FACTOR_TYPE);
    add_secret(sheet, page);
    open_form(sheet, "/api/totp/confirm");
    add_code(sheet, WORDS_PAGE_CODE_OF_APP);
    close_form(sheet, WORDS_PAGE_FACTOR_CONFIRM);
}

static void add_on(const struct sheet *sheet, const struct page_factor *page) {
    const char *count = arena_print(sheet->out->arena, "%lld", (long long)page->factor->recovery_left);
    buffer_add(sheet->out, "<p>");
    buffer_add_html(sheet->out,
                    words_print(sheet->out->arena, sheet->language, WORDS_PAGE_FACTOR_ON, {"count", count}));
    buffer_add(sheet->out, "</p>\n");
    open_form(sheet, "/api/totp/remove");
    add_password(sheet, true);
    close_form(sheet, WORDS_PAGE_FACTOR_REMOVE);
}

void page_factor(struct buffer *out, const struct user *viewer, const struct page_factor *page) {
    const struct sheet sheet = {out, viewer->language, page->faults};
    open_sheet(&sheet, viewer, WORDS_PAGE_FACTOR);
    if (page->is_required && (!page->factor || !page->factor->is_on)) {
        buffer_add(out, "<div class=\"trouble\" role=\"alert\"><p>");
        page_words(out, viewer->language, WORDS_PROBLEM_FACTOR_REQUIRED);
        buffer_add(out, "</p></div>\n");
    }
    if (!page->factor)
        add_none(&sheet);
    else if (page->factor->is_on)
        add_on(&sheet, page);
    else
        add_begun(&sheet, page);
    close_sheet(&sheet);
}

void page_recovery_codes(struct buffer *out, const struct user *viewer,
                         const struct factor_confirmed *confirmed) {
    const struct sheet sheet = {out, viewer->language, NULL};
    open_sheet(&sheet, viewer, WORDS_PAGE_FACTOR_RECOVERY);
    add_paragraph(&sheet, WORDS_PAGE_FACTOR_RECOVERY_ABOUT);
    buffer_add(out, "<ul>\n");
    for (size_t i = 0; i < FACTOR_RECOVERY_CODES; i++)
        buffer_print(out, "<li><code class=\"secret\">%s</code></li>\n", confirmed->recovery_codes[i]);
    buffer_add(out, "</ul>\n<p><a class=\"button\" href=\"/api/tasks\">");
    page_words(out, viewer->language, WORDS_PAGE_FACTOR_KEPT);
    buffer_add(out, "</a></p>\n");
    close_sheet(&sheet);
}

/* ---- signing in ---- */

void page_code(struct buffer *out, enum language language, const char *email, enum words_key detail) {
    const struct sheet sheet = {out, language, NULL};
    page_open(out, language, words(language, WORDS_PAGE_SIGN_IN), NULL);
    buffer_add(out, "<main class=\"settings\">\n<h1>");
    page_words(out, language, WORDS_PAGE_SIGN_IN);
    buffer_add(out, "</h1>\n");
    add_paragraph(&sheet, detail);
    open_form(&sheet, "/api/login");
    page_label_open(out, language, WORDS_PAGE_EMAIL, "field");
    buffer_add(out,
               "<input type=\"email\" name=\"email\" autocomplete=\"username\" maxlength=\"254\" required "
               "value=\"");
    buffer_add_html(out, email);
    buffer_add(out, "\"></label>\n");
    /* What was typed goes into no page, as pages are kept. */
    add_password(&sheet, true);
    add_code(&sheet, WORDS_PAGE_CODE);
    close_form(&sheet, WORDS_PAGE_SIGN_IN);
    close_sheet(&sheet);
}
