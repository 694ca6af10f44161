#pragma once
/* The small forms around an account, as the server writes them: on the settings' page, and as a page of their
 * own where something was wrong with what they sent. And the page that says what was done. */

#include "http/page.h"
#include "http/request.h"

enum { ACCOUNT_MOST_FIELDS = 3 };

struct account_field {
    const char *name;
    enum words_key label;
    const char *attributes; /* of the input */
    bool is_secret;         /* not shown again */
    bool is_new_password;   /* its label says how long it must be */
    bool is_for_factor;     /* only for who has a second factor */
};

struct account_form {
    const char *action;
    enum words_key title;
    enum words_key about; /* a sentence under the title */
    bool has_about;
    struct account_field fields[ACCOUNT_MOST_FIELDS];
    size_t field_count;
    enum words_key button;
};
extern const struct account_form ACCOUNT_PASSWORD;
extern const struct account_form ACCOUNT_EMAIL;
extern const struct account_form ACCOUNT_FORGOT;
extern const struct account_form ACCOUNT_RESET;
extern const struct account_form ACCOUNT_VERIFY;

/* The form of who has a second factor or not, with what is wrong beside each field; `request` NULL: nothing
 * was sent yet. */
void page_account_form(struct buffer *out, enum language language, const struct account_form *form,
                       bool has_factor, const struct request *request);

/* The settings' part about signing in: password, address, and the way to a second factor. */
void page_account_settings(struct buffer *out, const struct user *viewer, bool has_factor);

/* Answers a plain browser 422 with the form that it sent, and JSON with the faults. */
void respond_account_faults(struct request *request, const struct account_form *form);

/* Says what was done, with a link to a path of ours. */
void respond_account_said(struct request *request, int status, enum words_key title, enum words_key more,
                          const char *path, enum words_key label);

/* Reminds somebody whose address is not verified, with a button that asks for the mail again; else nothing.
 */
void page_account_reminder(struct buffer *out, const struct user *viewer);
