#include "http/page_account.h"

#include <string.h>

#define SECRET_NOW "type=\"password\" autocomplete=\"current-password\""
#define SECRET_NEW "type=\"password\" autocomplete=\"new-password\" minlength=\"8\""
#define CODE "autocomplete=\"one-time-code\" autocapitalize=\"off\" spellcheck=\"false\""
#define FACTOR_CODE                                                                                          \
    { "code", WORDS_PAGE_CODE, CODE " maxlength=\"64\"", true, .is_for_factor = true }
#define ADDRESS "type=\"email\" autocomplete=\"email\" maxlength=\"254\""

const struct account_form ACCOUNT_PASSWORD = {
    .action = "/api/password",
    .title = WORDS_PAGE_ACCOUNT_PASSWORD,
    .about = WORDS_PAGE_ACCOUNT_SIGNS_OUT,
    .has_about = true,
    .fields = {{"current_password", WORDS_PAGE_ACCOUNT_CURRENT_PASSWORD, SECRET_NOW, true},
               {"new_password", WORDS_PAGE_ACCOUNT_NEW_PASSWORD, SECRET_NEW, true, .is_new_password = true},
               FACTOR_CODE},
    .field_count = 3,
    .button = WORDS_PAGE_ACCOUNT_PASSWORD,
};
const struct account_form ACCOUNT_EMAIL = {
    .action = "/api/users/me",
    .title = WORDS_PAGE_ACCOUNT_EMAIL,
    .about = WORDS_PAGE_ACCOUNT_EMAIL_ABOUT,
    .has_about = true,
    .fields = {{"email", WORDS_PAGE_ACCOUNT_NEW_EMAIL, ADDRESS, false},
               {"current_password", WORDS_PAGE_ACCOUNT_CURRENT_PASSWORD, SECRET_NOW, true},
               FACTOR_CODE},
    .field_count = 3,
    .button = WORDS_PAGE_ACCOUNT_EMAIL,
};
const struct account_form ACCOUNT_FORGOT = {
    .action = "/api/password/forgot",
    .title = WORDS_PAGE_FORGOT_TITLE,
    .about = WORDS_PAGE_FORGOT_TEXT,
    .has_about = true,
    .fields = {{"email", WORDS_PAGE_EMAIL, ADDRESS, false}},
    .field_count = 1,
    .button = WORDS_PAGE_FORGOT_SEND,
};
const struct account_form ACCOUNT_RESET = {
    .action = "/api/password/reset",
    .title = WORDS_PAGE_RESET_TITLE,
    .fields = {{"token", WORDS_PAGE_RESET_CODE, CODE, false},
               {"new_password", WORDS_PAGE_ACCOUNT_NEW_PASSWORD, SECRET_NEW, true, .is_new_password = true}},
    .field_count = 2,
    .button = WORDS_PAGE_RESET_SAVE,
};
const struct account_form ACCOUNT_VERIFY = {
    .action = "/api/email/verify",
    .title = WORDS_PAGE_VERIFY_TITLE,
    .fields = {{"token", WORDS_PAGE_RESET_CODE, CODE, false}},
    .field_count = 1,
    .button = WORDS_PAGE_VERIFY_CONFIRM,
};

static const struct fault *fault_of(const struct request *request, const char *field) {
    const struct fault *fault = request ? request->faults : NULL;
    while (fault && strcmp(fault->field, field) != 0)
        fault = fault->next;
    return fault;
}

static const char *typed(const struct request *request, const char *field) {
    for (size_t i = 0; request && i < request->function->field_count; i++)
        if (strcmp(request->function->fields[i].name, field) == 0)
            return request->values[i].typed;
    return NULL;
}

/* The first field at fault has the focus, so that nobody has to look for it. */
static void add_field(struct buffer *out, enum language language, const struct account_form *form,
                      const struct account_field *field, const struct request *request) {
    const struct fault *fault = fault_of(request, field->name);
    /* Two forms of a page may have a field of one name. */
    const char *id = arena_print(out->arena, "fault%s-%s", form->action, field->name);
    char *letter = arena_copy(out->arena, id);
    id = letter;
    for (; *letter; letter++)
        if (*letter == '/')
            *letter = '-';
    buffer_add(out, "<div class=\"cell\">");
    if (field->is_new_password)
        page_label_hint_open(out, language, field->label, WORDS_PAGE_PASSWORD_HINT, "field");
    else
        page_label_open(out, language, field->label, "field");
    buffer_print(out, "<input name=\"%s\" required %s", field->name, field->attributes);
    const char *value = field->is_secret ? NULL : typed(request, field->name);
    if (value) {
        buffer_add(out, " value=\"");
        buffer_add_html(out, value);
        buffer_add(out, "\"");
    }
    if (fault)
        buffer_print(out, " aria-invalid=\"true\" aria-describedby=\"%s\"%s", id,
                     fault == request->faults ? " autofocus" : "");
    buffer_add(out, "></label>\n");
    if (fault) {
        buffer_print(out, "<span class=\"fault\" id=\"%s\">", id);
        buffer_add_html(out, fault->message);
        buffer_add(out, "</span>\n");
    }
    buffer_add(out, "</div>\n");
}

static bool is_of_form(const struct account_form *form, const char *name) {
    for (size_t i = 0; i < form->field_count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return true;
    return false;
}

/* Faults of fields that the form does not have can be told only here. */
static void add_other_faults(struct buffer *out, const struct account_form *form,
                             const struct request *request) {
    for (const struct fault *fault = request ? request->faults : NULL; fault; fault = fault->next) {
        if (is_of_form(form, fault->field))
            continue;
        buffer_add(out, "<p class=\"fault\">");
        buffer_add_html(out, fault->field);
        buffer_add(out, ": ");
        buffer_add_html(out, fault->message);
        buffer_add(out, "</p>\n");
    }
}

void page_account_form(struct buffer *out, enum language language, const struct account_form *form,
                       bool has_factor, const struct request *request) {
    buffer_print(out, "<form class=\"account\" method=\"post\" action=\"%s\">\n", form->action);
    if (form->has_about) {
        buffer_add(out, "<p>");
        page_words(out, language, form->about);
        buffer_add(out, "</p>\n");
    }
    add_other_faults(out, form, request);
    for (size_t i = 0; i < form->field_count; i++)
        if (has_factor || !form->fields[i].is_for_factor)
            add_field(out, language, form, &form->fields[i], request);
    buffer_add(out, "<button>");
    page_words(out, language, form->button);
    buffer_add(out, "</button>\n</form>\n");
}

/* Closed until wanted: they are not what one comes to the settings for. */
static void add_folded(struct buffer *out, enum language language, const struct account_form *form,
                       bool has_factor) {
    buffer_add(out, "<details class=\"fold\"><summary>");
    page_words(out, language, form->title);
    buffer_add(out, "</summary>\n");
    page_account_form(out, language, form, has_factor, NULL);
    buffer_add(out, "</details>\n");
}

void page_account_settings(struct buffer *out, const struct user *viewer, bool has_factor) {
    enum language language = viewer->language;
    buffer_add(out, "<h2>");
    page_words(out, language, WORDS_PAGE_ACCOUNT_TITLE);
    buffer_add(out, "</h2>\n<p>");
    buffer_add_html(out, viewer->email);
    buffer_add(out, "</p>\n");
    if (viewer->is_verified && viewer->email_pending) {
        buffer_add(out, "<p>");
        buffer_add_html(out, words_print(out->arena, language, WORDS_PAGE_ACCOUNT_EMAIL_WAITS,
                                         {"email", viewer->email_pending}));
        buffer_add(out, "</p>\n<form method=\"post\" action=\"/api/email/resend\"><button>");
        page_words(out, language, WORDS_PAGE_VERIFY_AGAIN);
        buffer_add(out, "</button></form>\n");
    }
    add_folded(out, language, &ACCOUNT_PASSWORD, has_factor);
    add_folded(out, language, &ACCOUNT_EMAIL, has_factor);
    buffer_add(out, "<p><a href=\"/api/totp\">");
    page_words(out, language, WORDS_PAGE_FACTOR);
    buffer_add(out, "</a></p>\n");
}

static struct buffer *open_question(struct request *request, int status, enum words_key title) {
    struct buffer *out = respond_page(request, status);
    page_open(out, request->language, words(request->language, title), request->user);
    buffer_add(out, "<main class=\"question\">\n<h1>");
    page_words(out, request->language, title);
    buffer_add(out, "</h1>\n");
    return out;
}

static void close_question(struct buffer *out) {
    buffer_add(out, "</main>\n");
    page_close(out);
}

void respond_account_faults(struct request *request, const struct account_form *form) {
    if (!request->is_html) {
        respond_faults(request);
        return;
    }
    struct buffer *out = open_question(request, 422, form->title);
    page_account_form(out, request->language, form, request->has_factor, request);
    close_question(out);
}

void respond_account_said(struct request *request, int status, enum words_key title, enum words_key more,
                          const char *path, enum words_key label) {
    if (!request->is_html) {
        respond_empty(request, status);
        return;
    }
    struct buffer *out = open_question(request, status == 204 ? 200 : status, title);
    buffer_add(out, "<p>");
    page_words(out, request->language, more);
    buffer_print(out, "</p>\n<p><a href=\"%s\">", path);
    page_words(out, request->language, label);
    buffer_add(out, "</a></p>\n");
    close_question(out);
}

void page_account_reminder(struct buffer *out, const struct user *viewer) {
    if (!viewer || viewer->is_verified)
        return;
    const char *email = viewer->email_pending ? viewer->email_pending : viewer->email;
    buffer_add(out, "<form class=\"reminder\" method=\"post\" action=\"/api/email/resend\"><p>");
    buffer_add_html(out, words_print(out->arena, viewer->language, WORDS_PAGE_VERIFY_ASK, {"email", email}));
    buffer_add(out, "</p><button>");
    page_words(out, viewer->language, WORDS_PAGE_VERIFY_AGAIN);
    buffer_add(out, "</button></form>\n");
}
