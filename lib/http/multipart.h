#pragma once
/* A body of multipart/form-data (RFC 7578), part by part, as far as fields of text go. */

#include "base/arena.h"

struct multipart {
    const char *at; /* behind a delimiter */
    const char *end;
    const char *delimiter; /* "\r\n--BOUNDARY" */
};

enum multipart_result {
    MULTIPART_PART,
    MULTIPART_END, /* there are no more */
    MULTIPART_MALFORMED,
};

/* MULTIPART_PART where the body begins as its Content-Type says. The body must outlive what is read of it. */
MUST_CHECK enum multipart_result multipart_start(struct multipart *multipart, struct arena *arena,
                                                 const char *content_type, const char *body, size_t size);

/* The next part's field name and value, as they stand in the body: any bytes. */
MUST_CHECK enum multipart_result multipart_next(struct multipart *multipart, struct span *name,
                                                struct span *value);
