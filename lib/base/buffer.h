#pragma once
/* Text that grows at its end. It lives in an arena and always ends in a NUL that `size` does not count. */

#include "base/arena.h"

struct buffer {
    struct arena *arena; /* owns the bytes */
    char *data;          /* never NULL after buffer_new */
    size_t size;         /* bytes in use, without the NUL */
    size_t capacity;     /* bytes there are */
};

/* An empty buffer with room for `capacity` bytes. */
struct buffer buffer_new(struct arena *arena, size_t capacity);

void buffer_add_bytes(struct buffer *buffer, const void *bytes, size_t size);
void buffer_add(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char character);
void buffer_add_integer(struct buffer *buffer, int64_t number);
void buffer_print(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds text so that HTML shows it as it is, in an element or between double quotes. */
void buffer_add_html(struct buffer *buffer, const char *text);
void buffer_add_html_bytes(struct buffer *buffer, const char *text, size_t size);

/* Adds text so that a URL's query value gives it back (RFC 3986: only unreserved characters stay). */
void buffer_add_url(struct buffer *buffer, const char *text);

/* Makes room for `size` more bytes; for writers that fill in place. */
void buffer_reserve(struct buffer *buffer, size_t size);
