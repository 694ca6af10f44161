#pragma once
/* The settings: one's own name and language, and which mails come when. One form for everybody, with or
 * without JavaScript. */

#include "base/clock.h"
#include "http/page_sessions.h"
#include "http/request.h"

/* The places of the form's fields, for the function that takes them and for the page. */
enum {
    PROFILE_NAME,
    PROFILE_LANGUAGE,
    PROFILE_MAIL_HOW,
    PROFILE_MAIL_LEVEL,
    PROFILE_MAIL_OWN,
    PROFILE_MAIL_HOUR,
    PROFILE_TIME_ZONE,
    PROFILE_FIELD_COUNT,
    /* Of the form that asks for another address (page_account.h). */
    PROFILE_EMAIL = PROFILE_FIELD_COUNT,
    PROFILE_CURRENT_PASSWORD,
    PROFILE_CODE
};

struct profile_form {
    const char *values[PROFILE_FIELD_COUNT]; /* as the form sends them; what was typed may be anything */
    const struct fault *faults;              /* NULL: none */
    struct clock_zones zones;                /* to choose from; none: the zone is typed */
    bool is_saved;                           /* it was just now: says so */
    bool has_factor;                         /* what guards the account takes its code as well */
    const struct page_sessions *sessions;    /* NULL: not shown */
};

/* Reads the list of zones, for a function that can open no file later. */
void page_profile_prepare(void);

/* The form with what is kept of the person, and the zones that this system has. */
struct profile_form profile_form_of(struct arena *arena, const struct user *user);

/* That of who asks, with all that the page shows beside it. False where it could not be read, which is
 * answered. */
MUST_CHECK bool profile_form_ask(struct request *request, struct profile_form *form);

void page_profile(struct buffer *out, const struct user *viewer, const struct profile_form *form);
