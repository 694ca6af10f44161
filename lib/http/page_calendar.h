#pragma once
/* The link of somebody's calendar, as JSON and as the page on which it is made and ended. */

#include "http/request.h"

struct page_calendar {
    int64_t created_at; /* 0: there is no link */
    const char *link;   /* where it was made just now: the only time that it is told; else NULL */
};

void respond_calendar(struct request *request, int status, const struct page_calendar *shown);
