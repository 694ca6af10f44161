#include "base/json_write.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

struct json_writer json_write_to(struct buffer *out) {
    return (struct json_writer){.out = out};
}

static void before_value(struct json_writer *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    uint32_t bit = UINT32_C(1) << json->depth;
    if (json->has_members & bit)
        buffer_add_char(json->out, ',');
    json->has_members |= bit;
}

static void open(struct json_writer *json, char bracket) {
    before_value(json);
    buffer_add_char(json->out, bracket);
    assert(json->depth < 31);
    json->depth++;
    json->has_members &= ~(UINT32_C(1) << json->depth);
}

static void close(struct json_writer *json, char bracket) {
    assert(json->depth > 0 && !json->after_key);
    json->depth--;
    buffer_add_char(json->out, bracket);
}

void json_open_object(struct json_writer *json) {
    open(json, '{');
}

void json_close_object(struct json_writer *json) {
    close(json, '}');
}

void json_open_array(struct json_writer *json) {
    open(json, '[');
}

void json_close_array(struct json_writer *json) {
    close(json, ']');
}

void json_key(struct json_writer *json, const char *key) {
    assert(!json->after_key);
    before_value(json);
    buffer_add_char(json->out, '"');
    buffer_add(json->out, key);
    buffer_add(json->out, "\":");
    json->after_key = true;
}

void json_text(struct json_writer *json, const char *text) {
    if (!text) {
        json_null(json);
        return;
    }
    before_value(json);
    struct buffer *out = json->out;
    buffer_add_char(out, '"');
    const char *plain = text;
    for (const char *at = text;; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        buffer_add_bytes(out, plain, (size_t)(at - plain));
        plain = at + 1;
        if (!byte)
            break;
        if (byte == '"' || byte == '\\')
            buffer_print(out, "\\%c", byte);
        else if (byte == '\n')
            buffer_add(out, "\\n");
        else if (byte == '\t')
            buffer_add(out, "\\t");
        else
            buffer_print(out, "\\u%04x", (unsigned)byte);
    }
    buffer_add_char(out, '"');
}

void json_integer(struct json_writer *json, int64_t number) {
    before_value(json);
    buffer_add_integer(json->out, number);
}

void json_boolean(struct json_writer *json, bool truth) {
    json_raw(json, truth ? "true" : "false");
}

void json_null(struct json_writer *json) {
    json_raw(json, "null");
}

void json_raw(struct json_writer *json, const char *text) {
    before_value(json);
    buffer_add(json->out, text);
}

void json_add_text(struct json_writer *json, const char *key, const char *text) {
    json_key(json, key);
    json_text(json, text);
}

void json_add_integer(struct json_writer *json, const char *key, int64_t number) {
    json_key(json, key);
    json_integer(json, number);
}

void json_add_number(struct json_writer *json, const char *key, int64_t number) {
    if (number)
        json_add_integer(json, key, number);
    else
        json_add_null(json, key);
}

void json_add_time(struct json_writer *json, const char *key, int64_t time) {
    char text[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(time, text);
    json_add_text(json, key, time ? text : NULL);
}

void json_add_boolean(struct json_writer *json, const char *key, bool truth) {
    json_key(json, key);
    json_boolean(json, truth);
}

void json_add_null(struct json_writer *json, const char *key) {
    json_key(json, key);
    json_null(json);
}

void json_add_raw(struct json_writer *json, const char *key, const char *text) {
    json_key(json, key);
    json_raw(json, text);
}
