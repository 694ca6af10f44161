#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct buffer buffer_new(struct arena *arena, size_t capacity) {
    assert(capacity < SIZE_MAX);
    return (struct buffer){.arena = arena, .data = arena_take(arena, capacity + 1), .capacity = capacity};
}

void buffer_reserve(struct buffer *buffer, size_t size) {
    if (size <= buffer->capacity - buffer->size)
        return;
    assert(size < SIZE_MAX / 4 && buffer->capacity < SIZE_MAX / 4);
    size_t capacity = buffer->capacity * 2;
    if (capacity < buffer->size + size)
        capacity = buffer->size + size;
    char *data = arena_take(buffer->arena, capacity + 1);
    memcpy(data, buffer->data, buffer->size);
    buffer->data = data;
    buffer->capacity = capacity;
}

void buffer_add_bytes(struct buffer *buffer, const void *bytes, size_t size) {
    if (!size)
        return;
    buffer_reserve(buffer, size);
    memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_add(struct buffer *buffer, const char *text) {
    buffer_add_bytes(buffer, text, strlen(text));
}

void buffer_add_char(struct buffer *buffer, char character) {
    buffer_add_bytes(buffer, &character, 1);
}

void buffer_add_integer(struct buffer *buffer, int64_t number) {
    char digits[20];
    size_t count = 0;
    /* The negation is done unsigned: -INT64_MIN does not fit. */
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        digits[sizeof(digits) - ++count] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        buffer_add_char(buffer, '-');
    buffer_add_bytes(buffer, digits + sizeof(digits) - count, count);
}

void buffer_print(struct buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(size >= 0);
    buffer_reserve(buffer, (size_t)size);
    va_start(arguments, format);
    (void)vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)size;
}

void buffer_add_html_bytes(struct buffer *buffer, const char *text, size_t size) {
    /* Nothing may be nowhere: md4c tells of it by NULL. */
    if (!size)
        return;
    const char *end = text + size;
    const char *plain = text; /* not added yet */
    for (const char *at = text; at < end; at++) {
        const char *entity = NULL;
        switch (*at) {
        case '&':
            entity = "&amp;";
            break;
        case '<':
            entity = "&lt;";
            break;
        case '>':
            entity = "&gt;";
            break;
        case '"':
            entity = "&quot;";
            break;
        case '\'':
            entity = "&#39;";
            break;
        default:
            continue;
        }
        buffer_add_bytes(buffer, plain, (size_t)(at - plain));
        buffer_add(buffer, entity);
        plain = at + 1;
    }
    buffer_add_bytes(buffer, plain, (size_t)(end - plain));
}

void buffer_add_html(struct buffer *buffer, const char *text) {
    buffer_add_html_bytes(buffer, text, strlen(text));
}

void buffer_add_url(struct buffer *buffer, const char *text) {
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const char *at = text; *at; at++) {
        if (strchr(unreserved, *at))
            buffer_add_char(buffer, *at);
        else
            buffer_print(buffer, "%%%02X", (unsigned)(unsigned char)*at);
    }
}
