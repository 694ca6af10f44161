/* A mail as bytes: whatever people write, headers stay valid and bodies come back as they were. */
#include "unit.h"

#include "base/utf8.h"
#include "mail/message.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define TEN(x) x x x x x x x x x x

/* What people may write into a title, a name or a comment. */
static const char *const nasty[] = {
    "plain",
    "x",
    " leading and trailing ",
    "   ",
    "전부 다 한글로 적은 제목이고 길이가 꽤 되어서 한 줄에 다 들어가지 않는 제목입니다, 정말로요",
    "a\r\nBcc: victim@example.org",
    "a\nBcc: victim@example.org\n\nbody",
    "a\rBcc: victim@example.org",
    "\r\n\r\n<script>alert(1)</script>",
    "전\r\nBcc: victim@example.org",
    "=?utf-8?B?x?=",
    "=?utf-8?Q?=0D=0ABcc:_victim@example.org?=",
    "half an encoded =?utf-8?B?",
    "\"quotes\" and \\backslashes\\ and 'more'",
    "ends with a backslash\\",
    "<b>&amp;</b>, a@b.example; (comment) [x] :;",
    "\"x\" <victim@example.org>, \"y\"",
    "\u202eright to left\u202c \u200f\u05e9\u05dc\u05d5\u05dd",
    "👩‍👩‍👧‍👦🎉👍🏽 emoji 🇰🇷",
    "tab\there, bell\a, escape\x1b[31m, delete\x7f",
    "sixty plain characters, exactly at the border of the plain li",
    "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
    TEN(TEN(TEN("w"))),
    TEN(TEN(TEN("가"))),
    TEN(TEN("word ")),
    TEN(TEN("👍")),
    "a" TEN(TEN("é")),
    "ab" TEN(TEN("가")),
    ".",
    "--pumasi_boundary",
};

static const char *const headers[] = {
    "Date",         "From",         "To",      "Subject",        "Message-ID",
    "References",   "In-Reply-To",  "List-Id", "Auto-Submitted", "Content-Language",
    "MIME-Version", "Content-Type",
};

static struct message message_of(const char *from, const char *to, const char *subject, const char *body) {
    return (struct message){
        .from_name = from,
        .from_address = "tasks@example.org",
        .to_name = to,
        .to_address = "bo@example.org",
        .subject = subject,
        .message_id = "task-7.12.3.abcdefghijklmnop@pumasi.example.org",
        .thread_id = "task-7@pumasi.example.org",
        .list_id = "pumasi.pumasi.example.org",
        .date = 1795472801,
        .language = LANGUAGE_EN,
        .text = body,
        .html = body,
    };
}

/* "Bcc: x" and the like: bytes that are not printable ASCII or not where they belong. */
static void check_bytes(const struct buffer *mail) {
    for (size_t i = 0; i < mail->size; i++) {
        char c = mail->data[i];
        if (c == '\r')
            assert_int_equal(mail->data[i + 1], '\n');
        else if (c == '\n')
            assert_true(i > 0 && mail->data[i - 1] == '\r');
        else
            assert_true(c >= 0x20 && c < 0x7F);
    }
}

static void check_encoded_words(const char *line, size_t size) {
    char copy[1200] = "";
    assert_true(size < sizeof(copy));
    memcpy(copy, line, size);
    bool has_one = false;
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        if (strncmp(word, "=?", 2) == 0) {
            has_one = true;
            assert_true(strlen(word) <= 75);
            assert_string_equal(word + strlen(word) - 2, "?=");
        }
    }
    /* RFC 2047, section 2: a line with an encoded word has at most 76 characters. */
    if (has_one && size > 76)
        fail_msg("a line of %zu bytes with an encoded word: %.*s", size, (int)size, line);
}

/* Each header once, in this order, and no line but theirs. */
static void check_headers(const struct buffer *mail) {
    size_t next = 0;
    const char *line = mail->data;
    while (strncmp(line, "\r\n", 2) != 0) {
        size_t size = strcspn(line, "\r\n");
        if (*line == ' ') {
            assert_true(strspn(line, " ") < size);
        } else {
            assert_true(next < COUNT(headers));
            size_t name = strlen(headers[next]);
            if (strncmp(line, headers[next], name) != 0 || line[name] != ':')
                fail_msg("not the header %s: %.*s", headers[next], (int)size, line);
            next++;
        }
        if (size > 78)
            fail_msg("a header line of %zu bytes: %.*s", size, (int)size, line);
        check_encoded_words(line, size);
        line += size + 2;
    }
    assert_int_equal(next, COUNT(headers));
}

/* The bytes of base64; each encoded word is whole UTF-8. */
static size_t decode64(const char *text, size_t size, char *out) {
    assert_int_equal(size % 4, 0);
    int got = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text, (int)size);
    assert_true(got >= 0);
    size_t padding = size && text[size - 1] == '=' ? (text[size - 2] == '=' ? 2 : 1) : 0;
    return (size_t)got - padding;
}

/* The value of a header as its reader sees it: unfolded, encoded words decoded and joined. */
static char *read_header(const struct buffer *mail, const char *name) {
    char start[40];
    (void)snprintf(start, sizeof(start), "\r\n%s: ", name);
    const char *at = strstr(mail->data, start);
    assert_non_null(at);
    at += strlen(start);
    char *out = calloc(1, mail->size);
    size_t used = 0;
    while (strncmp(at, "\r\n", 2) != 0 || at[2] == ' ') {
        if (strncmp(at, "\r\n", 2) == 0) {
            bool joins =
                at >= mail->data + 2 && strncmp(at - 2, "?=", 2) == 0 && strncmp(at + 3, "=?", 2) == 0;
            at += joins ? 3 : 2;
        } else if (strncmp(at, "=?utf-8?B?", 10) == 0) {
            const char *end = strstr(at + 10, "?=");
            assert_non_null(end);
            size_t size = decode64(at + 10, (size_t)(end - at - 10), out + used);
            assert_true(utf8_is_valid(out + used, size));
            used += size;
            at = end + 2;
        } else {
            out[used++] = *at++;
        }
    }
    out[used] = '\0';
    return out;
}

/* The text as it should come back: each line end is `line_end`, other control characters are spaces. */
static char *cleaned(const char *text, char line_end, bool keeps_tabs) {
    char *out = calloc(1, strlen(text) + 1);
    char *to = out;
    for (const char *c = text; *c; c++) {
        if (*c == '\r' && c[1] == '\n')
            c++;
        if (*c == '\r' || *c == '\n')
            *to++ = line_end;
        else if (((unsigned char)*c < 0x20 && !(*c == '\t' && keeps_tabs)) || *c == 0x7F)
            *to++ = ' ';
        else
            *to++ = *c;
    }
    return out;
}

static char *as_one_line(const char *text) {
    return cleaned(text, ' ', false);
}

/* "name" <address> without the quoting. */
static void check_mailbox(const struct buffer *mail, const char *header, const char *name,
                          const char *address) {
    char *value = read_header(mail, header);
    char *expected = as_one_line(name);
    char *angle = strrchr(value, '<');
    assert_non_null(angle);
    assert_int_equal(strlen(angle), strlen(address) + 2);
    assert_memory_equal(angle + 1, address, strlen(address));
    *angle = '\0';
    while (angle > value && angle[-1] == ' ' && strlen(value) > strlen(expected))
        *--angle = '\0';
    if (*value == '"' && angle[-1] == '"' && strcmp(value, expected) != 0) {
        char *to = value;
        angle[-1] = '\0';
        for (const char *from = value + 1; *from; from++) {
            from += *from == '\\';
            *to++ = *from;
        }
        *to = '\0';
    }
    assert_string_equal(value, expected);
    free(value);
    free(expected);
}

static void check_part(const struct buffer *mail, const char *type, const char *body) {
    const char *at = strstr(mail->data, type);
    assert_non_null(at);
    at = strstr(at, "\r\n\r\n");
    assert_non_null(at);
    at += 4;
    char *out = calloc(1, mail->size);
    size_t used = 0;
    while (strncmp(at, "\r\n", 2) != 0 && strncmp(at, "--", 2) != 0) {
        size_t size = strcspn(at, "\r");
        assert_true(size <= 76); /* RFC 2045, section 6.8 */
        used += decode64(at, size, out + used);
        at += size + 2;
    }
    char *expected = cleaned(body, '\n', true);
    size_t i = 0;
    for (const char *c = expected; *c; c++, i++) {
        if (*c == '\n') /* RFC 2046, section 4.1.1 */
            assert_int_equal(out[i++], '\r');
        assert_int_equal(out[i], *c);
    }
    assert_int_equal(i, used);
    free(expected);
    free(out);
}

static void check(const struct message *message) {
    struct arena *arena = arena_new();
    struct buffer mail = message_write(arena, message);
    check_bytes(&mail);
    check_headers(&mail);
    char *subject = read_header(&mail, "Subject");
    char *expected = as_one_line(message->subject);
    assert_string_equal(subject, expected);
    free(subject);
    free(expected);
    check_mailbox(&mail, "From", message->from_name, "tasks@example.org");
    check_mailbox(&mail, "To", message->to_name, "bo@example.org");
    check_part(&mail, "text/plain", message->text);
    check_part(&mail, "text/html", message->html);
    arena_free(arena);
}

static void a_subject_may_be_anything(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(nasty); i++) {
        struct message message = message_of("Pumasi", "Bo", nasty[i], "text");
        check(&message);
    }
}

static void a_name_may_be_anything(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(nasty); i++) {
        struct message message = message_of(nasty[i], nasty[i], "subject", "text");
        check(&message);
    }
}

static void a_body_may_be_anything(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(nasty); i++) {
        struct message message = message_of("Pumasi", "Bo", "subject", nasty[i]);
        check(&message);
    }
    struct message empty = message_of("Pumasi", "Bo", "subject", "");
    check(&empty);
}

/* Each length of words of one, two, three and four bytes: cuts fall everywhere. */
static void words_are_cut_between_characters(void **state) {
    (void)state;
    static const char *const letters[] = {"a", "é", "가", "👍"};
    for (size_t kind = 0; kind < 4; kind++) {
        for (size_t count = 1; count <= 200; count++) {
            char text[900] = "";
            size_t used = count % 5;
            memset(text, 'x', used);
            for (size_t i = 0; i < count; i++) {
                memcpy(text + used, letters[kind], strlen(letters[kind]));
                used += strlen(letters[kind]);
            }
            struct message message = message_of("Pumasi", text, text, text);
            check(&message);
        }
    }
}

static void other_fields_cannot_inject(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct message message = message_of("Pumasi", "Bo", "subject", "text");
    message.to_address = "bo@example.org>\r\nBcc: <victim@example.org";
    message.from_address = "a@example.org\nBcc: b@example.org";
    message.message_id = "x@y\r\nBcc: victim@example.org";
    message.thread_id = "x@y\nBcc: victim@example.org";
    message.list_id = "l\rBcc: victim@example.org";
    struct buffer mail = message_write(arena, &message);
    check_bytes(&mail);
    check_headers(&mail);
    assert_null(strstr(mail.data, "\nBcc"));
    arena_free(arena);
}

static void programs_can_unsubscribe(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct message message = message_of("Pumasi", "Bo", "subject", "text");
    message.unsubscribe_url =
        "https://pumasi.example.org/api/unsubscribe?token=3.0.0123456789abcdef0123456789abcdef";
    struct buffer mail = message_write(arena, &message);
    check_bytes(&mail);
    /* RFC 8058, section 3.1: this value, and an https address. */
    assert_non_null(strstr(mail.data, "\r\nList-Unsubscribe: <https://pumasi.example.org/api/unsubscribe?"
                                      "token=3.0.0123456789abcdef0123456789abcdef>\r\n"
                                      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    message.unsubscribe_url = "http://127.0.0.1:8080/api/unsubscribe?token=3.0.aa";
    mail = message_write(arena, &message);
    assert_non_null(strstr(mail.data, "\r\nList-Unsubscribe: <http://127.0.0.1:8080/"));
    assert_null(strstr(mail.data, "List-Unsubscribe-Post"));
    message.unsubscribe_url = "https://x/\r\nBcc: <victim@example.org>";
    mail = message_write(arena, &message);
    check_bytes(&mail);
    assert_null(strstr(mail.data, "\nBcc"));
    /* RFC 5322, section 2.1.1: no line of 998 or more. */
    char longer[1000] = "https://";
    memset(longer + 8, 'x', sizeof(longer) - 9);
    message.unsubscribe_url = longer;
    mail = message_write(arena, &message);
    check_headers(&mail);
    arena_free(arena);
}

static void no_names_and_no_thread(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct message message = message_of(NULL, "", "", "text");
    message.thread_id = NULL;
    struct buffer mail = message_write(arena, &message);
    check_bytes(&mail);
    assert_non_null(strstr(mail.data, "From: <tasks@example.org>\r\n"));
    assert_non_null(strstr(mail.data, "To: <bo@example.org>\r\n"));
    assert_null(strstr(mail.data, "References"));
    assert_null(strstr(mail.data, "In-Reply-To"));
    arena_free(arena);
}

/* What is not UTF-8 is refused long before; here it must not loop, read beyond its end, or go out as it is.
 */
static void text_that_is_not_utf8_ends(void **state) {
    (void)state;
    static const char *const broken[] = {"\xff", "\xf0\x9f", "a\xe0\x80", "\xc0\xaf\xed\xa0\x80 x",
                                         TEN(TEN("\x80"))};
    for (size_t i = 0; i < COUNT(broken); i++) {
        struct arena *arena = arena_new();
        struct message message = message_of(broken[i], broken[i], broken[i], broken[i]);
        struct buffer mail = message_write(arena, &message);
        check_bytes(&mail);
        check_headers(&mail);
        char *subject = read_header(&mail, "Subject");
        assert_true(*subject && utf8_is_valid(subject, strlen(subject)));
        free(subject);
        arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subject_may_be_anything),  cmocka_unit_test(a_name_may_be_anything),
        cmocka_unit_test(a_body_may_be_anything),     cmocka_unit_test(words_are_cut_between_characters),
        cmocka_unit_test(other_fields_cannot_inject), cmocka_unit_test(programs_can_unsubscribe),
        cmocka_unit_test(no_names_and_no_thread),     cmocka_unit_test(text_that_is_not_utf8_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
