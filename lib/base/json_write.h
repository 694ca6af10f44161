#pragma once
/*
 * Writes JSON straight into a buffer: no tree is built. The caller opens and closes in pairs; commas are put
 * where they belong. Depth is at most 32, which no answer of ours comes near (an assertion holds it).
 */

#include "base/buffer.h"

struct json_writer {
    struct buffer *out;
    uint32_t has_members; /* one bit a depth: something stands before the next member */
    unsigned depth;
    bool after_key; /* the next value follows "key": and takes no comma */
    int language;   /* of who reads, for the caller: an `enum language` */
};

struct json_writer json_write_to(struct buffer *out);

void json_open_object(struct json_writer *json);
void json_close_object(struct json_writer *json);
void json_open_array(struct json_writer *json);
void json_close_array(struct json_writer *json);

/* A member's key; keys are the program's own, plain ASCII. */
void json_key(struct json_writer *json, const char *key);

/* `text` is valid UTF-8; NULL writes null. Besides what RFC 8259 requires, "</" and U+2028/9 are left as is:
 * answers are never put into a page's script. */
void json_text(struct json_writer *json, const char *text);
void json_integer(struct json_writer *json, int64_t number);
void json_boolean(struct json_writer *json, bool truth);
void json_null(struct json_writer *json);

/* `text` is one JSON value already, written by us or checked by the database. */
void json_raw(struct json_writer *json, const char *text);

/* Key and value in one. */
void json_add_text(struct json_writer *json, const char *key, const char *text);
void json_add_integer(struct json_writer *json, const char *key, int64_t number);
void json_add_number(struct json_writer *json, const char *key, int64_t number); /* 0: null */
void json_add_time(struct json_writer *json, const char *key, int64_t time);     /* RFC 3339; 0: null */
void json_add_boolean(struct json_writer *json, const char *key, bool truth);
void json_add_null(struct json_writer *json, const char *key);
void json_add_raw(struct json_writer *json, const char *key, const char *text);
