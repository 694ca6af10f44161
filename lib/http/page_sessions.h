#pragma once
/* The part of the settings that says where one is signed in, with a button to sign each browser out. */

#include "domain/session.h"
#include "http/page.h"

struct page_sessions {
    const struct session *sessions;
    size_t count;
    int64_t current_id; /* of the browser that asks */
    int64_t now;
};

void page_sessions(struct buffer *out, const struct user *viewer, const struct page_sessions *sessions);

/* "Firefox, Linux", as far as a User-Agent says; where it says nothing that is known, its own words. */
const char *page_browser_name(struct arena *arena, const char *user_agent);
