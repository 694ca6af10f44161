#include "mail/message.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/utf8.h"

#include <openssl/evp.h>
#include <string.h>

/* RFC 2047, section 2: an encoded word has at most 75 characters, a line with one at most 76; what frames it,
 * "=?utf-8?B?" and "?=", takes 12. */
enum { ENCODED_LINE = 76, ENCODED_FRAME = 12, BASE64_LINE_BYTES = 57, MOST_PLAIN_LINE = 60 };

static void add_base64(struct buffer *out, const char *bytes, size_t size) {
    size_t encoded = (size + 2) / 3 * 4;
    buffer_reserve(out, encoded + 1);
    (void)EVP_EncodeBlock((unsigned char *)out->data + out->size, (const unsigned char *)bytes, (int)size);
    out->size += encoded;
    out->data[out->size] = '\0';
}

/*
 * Text from people or the database, made fit for a mail: what is not UTF-8 becomes U+FFFD, control characters
 * become spaces, and line ends, of whatever kind, become `line_end` (RFC 2046, section 4.1.1: CR LF in text).
 */
static struct buffer clean(struct arena *arena, const char *text, const char *line_end) {
    const char *end = text + strlen(text);
    const char *fit = text; /* from here to `text` all can stay as it is */
    struct buffer out = buffer_new(arena, (size_t)(end - text) + 64);
    while (text < end) {
        const char *from = text;
        int32_t character = utf8_next(&text, end);
        bool is_control = (character < ' ' && character != '\t') || (character >= 0x7F && character < 0xA0);
        if (!is_control)
            continue;
        buffer_add_bytes(&out, fit, (size_t)(from - fit));
        if (character < 0) {
            buffer_add(&out, "\xEF\xBF\xBD");
            text++;
        } else if (character == '\n' || character == '\r') {
            buffer_add(&out, line_end);
            text += character == '\r' && *text == '\n';
        } else {
            buffer_add_char(&out, ' ');
        }
        fit = text;
    }
    buffer_add_bytes(&out, fit, (size_t)(end - fit));
    return out;
}

/* For headers: one line, no tab either. */
static const char *one_line(struct arena *arena, const char *text) {
    struct buffer line = clean(arena, text, " ");
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] == '\t')
            line.data[i] = ' ';
    return line.data;
}

/* Readers drop spaces at the ends of a header, and take "=?" for an encoded word. */
static bool is_plain(const char *line) {
    size_t size = strlen(line);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)line[i] >= 0x7F)
            return false;
    return size == 0 ||
           (size <= MOST_PLAIN_LINE && !strstr(line, "=?") && line[0] != ' ' && line[size - 1] != ' ');
}

/* Encoded words, cut between characters and folded one a line (RFC 2047, section 5); `used` characters stand
 * on the first line already. `line` is valid UTF-8. */
static void add_encoded(struct buffer *out, const char *line, size_t used) {
    const char *end = line + strlen(line);
    while (line < end) {
        size_t most = (ENCODED_LINE - ENCODED_FRAME - used) / 4 * 3;
        const char *cut = line;
        for (const char *next = cut; next < end && utf8_next(&next, end) >= 0;) {
            if ((size_t)(next - line) > most)
                break;
            cut = next;
        }
        buffer_add(out, "=?utf-8?B?");
        add_base64(out, line, (size_t)(cut - line));
        buffer_add(out, cut < end ? "?=\r\n " : "?=");
        line = cut;
        used = 1; /* the space that folds */
    }
}

static void add_text(struct buffer *out, const char *header, const char *text) {
    const char *line = one_line(out->arena, text);
    buffer_print(out, "%s: ", header);
    if (is_plain(line))
        buffer_add(out, line);
    else
        add_encoded(out, line, strlen(header) + 2);
    buffer_add(out, "\r\n");
}

/* What stands between angle brackets: printable ASCII that does not end them. Addresses and ids were checked
 * when they were stored; what could end a header is dropped all the same. */
static void add_bracketed(struct buffer *out, const char *before, const char *text) {
    buffer_print(out, "%s<", before);
    for (const char *c = text; *c; c++)
        if (*c > ' ' && *c < 0x7F && *c != '<' && *c != '>')
            buffer_add_char(out, *c);
    buffer_add(out, ">\r\n");
}

/* "Name" <address> */
static void add_mailbox(struct buffer *out, const char *header, const char *name, const char *address) {
    const char *line = one_line(out->arena, name ? name : "");
    buffer_print(out, "%s: ", header);
    if (!*line)
        add_bracketed(out, "", address);
    else if (is_plain(line) && !strpbrk(line, "\"\\")) {
        buffer_print(out, "\"%s\"", line);
        add_bracketed(out, "\r\n ", address);
    } else {
        add_encoded(out, line, strlen(header) + 2);
        add_bracketed(out, "\r\n ", address);
    }
}

static void add_part(struct buffer *out, const char *boundary, const char *type, const char *text) {
    buffer_print(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                 boundary, type);
    struct buffer body = clean(out->arena, text, "\r\n");
    for (size_t i = 0; i < body.size; i += BASE64_LINE_BYTES) {
        size_t left = body.size - i;
        add_base64(out, body.data + i, left < BASE64_LINE_BYTES ? left : BASE64_LINE_BYTES);
        buffer_add(out, "\r\n");
    }
    buffer_add(out, "\r\n");
}

/*
 * RFC 2369, and for https RFC 8058: readers offer a button that needs no page. An address takes no line end,
 * so the line may be longer than 78 characters; it stays below the 998 of RFC 5322, section 2.1.1.
 */
static void add_unsubscribe(struct buffer *out, const char *url) {
    enum { MOST_URL = 900 };
    if (!url || strlen(url) > MOST_URL)
        return;
    add_bracketed(out, "List-Unsubscribe: ", url);
    if (strncmp(url, "https://", strlen("https://")) == 0)
        buffer_add(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

/* No "Precedence: bulk": RFC 2076 lists it as discouraged, some servers send no bounces to such mail, and we
 * live by them; Auto-Submitted (RFC 3834) is what keeps programs from answering. */
struct buffer message_write(struct arena *arena, const struct message *message) {
    struct buffer out = buffer_new(arena, 4096 + (strlen(message->text) + strlen(message->html)) * 3 / 2);
    /* Base64 has no "_": the boundary cannot occur in a part. */
    const char *boundary = arena_print(arena, "pumasi_%.20s", random_token(arena));
    buffer_print(&out, "Date: %s\r\n", clock_rfc5322(arena, message->date));
    add_mailbox(&out, "From", message->from_name, message->from_address);
    add_mailbox(&out, "To", message->to_name, message->to_address);
    add_text(&out, "Subject", message->subject);
    add_bracketed(&out, "Message-ID: ", message->message_id);
    if (message->thread_id) {
        add_bracketed(&out, "References: ", message->thread_id);
        add_bracketed(&out, "In-Reply-To: ", message->thread_id);
    }
    add_bracketed(&out, "List-Id: ", message->list_id);
    add_unsubscribe(&out, message->unsubscribe_url);
    for (size_t i = 0; i < message->request_count; i++)
        add_text(&out, "X-Pumasi-Request", message->requests[i]);
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
