#include "mail/message.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/utf8.h"

#include <openssl/evp.h>
#include <string.h>

/* RFC 2047, section 2: an encoded word has at most 75 characters; "=?utf-8?B?" and "?=" take 12 of them. */
enum { ENCODED_WORD_BYTES = 45, BASE64_LINE_BYTES = 57, MOST_PLAIN_LINE = 60 };

static void add_base64(struct buffer *out, const char *bytes, size_t size) {
    size_t encoded = (size + 2) / 3 * 4;
    buffer_reserve(out, encoded + 1);
    (void)EVP_EncodeBlock((unsigned char *)out->data + out->size, (const unsigned char *)bytes, (int)size);
    out->size += encoded;
    out->data[out->size] = '\0';
}

/* Text from people as one line without control characters. */
static const char *one_line(struct arena *arena, const char *text) {
    char *line = arena_copy(arena, text);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = ' ';
    return line;
}

static bool is_plain(const char *text) {
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c >= 0x7F)
            return false;
    return strlen(text) <= MOST_PLAIN_LINE && !strstr(text, "=?");
}

/* Encoded words, cut between characters and folded one a line (RFC 2047, section 5). */
static void add_encoded(struct buffer *out, const char *text) {
    const char *end = text + strlen(text);
    bool is_first = true;
    while (text < end) {
        const char *cut = text;
        for (;;) {
            const char *next = cut;
            if (next >= end || utf8_next(&next, end) < 0 || next - text > ENCODED_WORD_BYTES)
                break;
            cut = next;
        }
        if (cut == text) /* not UTF-8: what is checked on entry cannot come here, but must not loop */
            cut = text + 1;
        buffer_add(out, is_first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
        add_base64(out, text, (size_t)(cut - text));
        buffer_add(out, "?=");
        text = cut;
        is_first = false;
    }
}

static void add_text(struct buffer *out, const char *text) {
    const char *line = one_line(out->arena, text);
    if (is_plain(line))
        buffer_add(out, line);
    else
        add_encoded(out, line);
}

/* "Name" <address>. The address was checked when it was stored; what could end a header is dropped all the
 * same. */
static void add_mailbox(struct buffer *out, const char *header, const char *name, const char *address) {
    const char *line = one_line(out->arena, name ? name : "");
    buffer_print(out, "%s: ", header);
    if (*line && is_plain(line)) {
        buffer_add_char(out, '"');
        for (const char *c = line; *c; c++) {
            if (*c == '"' || *c == '\\')
                buffer_add_char(out, '\\');
            buffer_add_char(out, *c);
        }
        buffer_add(out, "\"\r\n ");
    } else if (*line) {
        add_encoded(out, line);
        buffer_add(out, "\r\n ");
    }
    buffer_add_char(out, '<');
    for (const char *c = address; *c; c++)
        if (*c > ' ' && *c < 0x7F && *c != '<' && *c != '>')
            buffer_add_char(out, *c);
    buffer_add(out, ">\r\n");
}

static void add_part(struct buffer *out, const char *boundary, const char *type, const char *text) {
    buffer_print(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                 boundary, type);
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i += BASE64_LINE_BYTES) {
        add_base64(out, text + i, size - i < BASE64_LINE_BYTES ? size - i : BASE64_LINE_BYTES);
        buffer_add(out, "\r\n");
    }
    buffer_add(out, "\r\n");
}

struct buffer message_write(struct arena *arena, const struct message *message) {
    struct buffer out = buffer_new(arena, 4096 + (strlen(message->text) + strlen(message->html)) * 3 / 2);
    /* Base64 has no "_": the boundary cannot occur in a part. */
    const char *boundary = arena_print(arena, "pumasi_%.20s", random_token(arena));
    buffer_print(&out, "Date: %s\r\n", clock_rfc5322(arena, message->date));
    add_mailbox(&out, "From", message->from_name, message->from_address);
    add_mailbox(&out, "To", message->to_name, message->to_address);
    buffer_add(&out, "Subject: ");
    add_text(&out, message->subject);
    buffer_print(&out, "\r\nMessage-ID: <%s>\r\n", one_line(arena, message->message_id));
    if (message->thread_id)
        buffer_print(&out, "References: <%s>\r\nIn-Reply-To: <%s>\r\n", one_line(arena, message->thread_id),
                     one_line(arena, message->thread_id));
    buffer_print(&out, "List-Id: <%s>\r\n", one_line(arena, message->list_id));
    buffer_print(&out,
                 "Auto-Submitted: auto-generated\r\n"
                 "Content-Language: %s\r\n"
                 "MIME-Version: 1.0\r\n"
                 "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n",
                 language_code(message->language), boundary);
    add_part(&out, boundary, "text/plain", message->text);
    add_part(&out, boundary, "text/html", message->html);
    buffer_print(&out, "--%s--\r\n", boundary);
    return out;
}
