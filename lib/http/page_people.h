#pragma once
/* Everybody, for an administrator with what can be done to each; others see names. */

#include "http/page.h"

struct people_view {
    const struct user *viewer;
    bool may_update; /* the viewer gives and takes rights */
    const struct user *people;
    size_t count;
};

void page_people(struct buffer *out, const struct people_view *view);
