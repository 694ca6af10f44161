#include "http/record.h"

#include <string.h>

enum { VERSION = 1, HEAD_BYTES = 8, MOST_CONTENT = 65528 };
enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

/* Version, type, request id, content length, padding length, reserved. */
static void add_record(struct buffer *out, int type, int request_id, const char *content, size_t size) {
    const unsigned char head[HEAD_BYTES] = {VERSION,
                                            (unsigned char)type,
                                            (unsigned char)(request_id >> 8),
                                            (unsigned char)request_id,
                                            (unsigned char)(size >> 8),
                                            (unsigned char)size,
                                            0,
                                            0};
    buffer_add_bytes(out, head, sizeof(head));
    buffer_add_bytes(out, content, size);
}

/* As many records as it takes. */
static void add_output(struct buffer *out, int request_id, const struct buffer *content) {
    for (size_t at = 0; at < content->size; at += MOST_CONTENT) {
        size_t left = content->size - at;
        add_record(out, STDOUT, request_id, content->data + at, left < MOST_CONTENT ? left : MOST_CONTENT);
    }
}

struct buffer record_answer(struct arena *arena, int request_id, const struct buffer *head,
                            const struct buffer *body) {
    enum { ROOM = 256 };
    static const char done[8] = {0};
    struct buffer out = buffer_new(arena, head->size + body->size + ROOM);
    add_output(&out, request_id, head);
    add_output(&out, request_id, body);
    add_record(&out, STDOUT, request_id, NULL, 0);
    add_record(&out, END_REQUEST, request_id, done, sizeof(done));
    return out;
}

bool record_is_whole(const unsigned char *bytes, size_t size) {
    int expected = BEGIN_REQUEST;
    size_t at = 0;
    while (size - at >= HEAD_BYTES) {
        const unsigned char *head = bytes + at;
        size_t content = (size_t)head[4] << 8 | head[5];
        size_t record = HEAD_BYTES + content + head[6];
        /* libfcgi leaves out what has another id, and would wait for what comes behind it. */
        bool is_due = head[0] == VERSION && head[1] == expected && memcmp(head + 2, bytes + 2, 2) == 0;
        if (!is_due || record > size - at)
            return false;
        at += record;
        if (expected == BEGIN_REQUEST)
            expected = PARAMS;
        else if (!content && expected == PARAMS)
            expected = STDIN;
        else if (!content)
            return true;
    }
    return false;
}
