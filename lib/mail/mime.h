#pragma once
/*
 * Reading mails that others wrote (RFC 5322, RFC 2045, RFC 2046): header fields, parameters, parts, encoded
 * bodies. Lines end in LF, with or without CR. Whatever the bytes are, each function ends within a time
 * linear in them, and what it cannot read it leaves out.
 */

#include "base/buffer.h"

/* A place in a text that is read from front to back. */
struct mime_reader {
    const char *at;
    const char *end;
};

struct mime_reader mime_read(struct span text);

struct mime_field {
    struct span name;
    const char *value; /* unfolded, without space around it, up to its first NUL; in the arena */
};

/*
 * The next field of a header, or of a group of fields; lines that are none are skipped. False at the empty
 * line that ends it, which is then behind the reader, and at the end of the text.
 */
MUST_CHECK bool mime_next_field(struct arena *arena, struct mime_reader *reader, struct mime_field *field);

/* Names of fields have no case. */
bool mime_is_named(const struct mime_field *field, const char *name);

/* True if a Content-Type, or another field of its form, begins with this word: "message/rfc822; x=y". */
bool mime_is_type(const char *value, const char *type);

/* A parameter's value, its quotes undone; NULL: there is none. */
const char *mime_parameter(struct arena *arena, const char *value, const char *name);

/* The parts between the delimiters of a boundary; what stands before the first delimiter and behind the last
 * is none. */
struct mime_parts {
    struct mime_reader reader;
    const char *boundary;
    bool is_over;
};

struct mime_parts mime_parts(struct span body, const char *boundary);

/* Header and body of the next part; a last one that nothing ends goes to the end of the text. */
MUST_CHECK bool mime_next_part(struct mime_parts *parts, struct span *part);

/* The body as its Content-Transfer-Encoding says; NULL, and an encoding of another name: as it is. What does
 * not belong into the encoding is left out. */
struct span mime_decode(struct arena *arena, struct span body, const char *encoding);
