/* A mail of any names, subject and texts is a valid message: RFC 5322 and RFC 2045, looked at byte by byte.
 */
#include "fuzz.h"

#include "domain/user.h"
#include "mail/message.h"

enum { MOST_LINE = 998 };

/* The line at *at, which moves behind it. */
static struct span next_line(const char **at, const char *end) {
    const char *line = *at;
    const char *line_end = line < end ? memchr(line, '\r', (size_t)(end - line)) : NULL;
    PROMISE(line_end && line_end + 1 < end && line_end[1] == '\n');
    for (const char *c = line; c < line_end; c++)
        PROMISE(*c >= ' ' && *c < 0x7F); /* printable ASCII: no lone CR or LF, no tab, no 8-bit byte */
    PROMISE(line_end - line <= MOST_LINE);
    *at = line_end + 2;
    return (struct span){line, (size_t)(line_end - line)};
}

static bool line_is(struct span line, const char *text) {
    return line.size == strlen(text) && memcmp(line.text, text, line.size) == 0;
}

/* Names of the header, each once and in order; sets the boundary. */
static void check_header(const char **at, const char *end, const struct message *message, char boundary[80]) {
    static const char *const names[] = {"Date",
                                        "From",
                                        "To",
                                        "Subject",
                                        "Message-ID",
                                        "References",
                                        "In-Reply-To",
                                        "List-Id",
                                        "List-Unsubscribe",
                                        "List-Unsubscribe-Post",
                                        "X-Pumasi-Request",
                                        "Auto-Submitted",
                                        "Content-Language",
                                        "MIME-Version",
                                        "Content-Type"};
    bool seen[COUNT(names)] = {false};
    bool is_first = true;
    for (;;) {
        struct span line = next_line(at, end);
        if (!line.size)
            break;
        if (*line.text == ' ') {
            PROMISE(!is_first && strspn(line.text, " ") < line.size); /* folded, and never an empty line */
            const char *quote = strstr(line.text, "boundary=\"");
            if (seen[COUNT(names) - 1]) {
                PROMISE(quote && quote < line.text + line.size);
                size_t size = strcspn(quote + 10, "\"");
                PROMISE(size > 0 && size <= 70);
                memcpy(boundary, quote + 10, size);
                boundary[size] = '\0';
            }
            continue;
        }
        is_first = false;
        size_t found = 0;
        while (found < COUNT(names) && !(strncmp(line.text, names[found], strlen(names[found])) == 0 &&
                                         strncmp(line.text + strlen(names[found]), ": ", 2) == 0))
            found++;
        PROMISE(found < COUNT(names) && !seen[found]);
        seen[found] = true;
    }
    for (size_t i = 0; i < COUNT(names); i++) {
        bool is_optional = i >= 8 && i <= 10;
        bool is_of_thread = i == 5 || i == 6;
        PROMISE(is_optional || seen[i] == (!is_of_thread || message->thread_id != NULL));
    }
}

static void check_part(const char **at, const char *end, const char *type) {
    PROMISE(line_is(next_line(at, end), type));
    PROMISE(line_is(next_line(at, end), "Content-Transfer-Encoding: base64"));
    PROMISE(!next_line(at, end).size);
    for (;;) {
        struct span line = next_line(at, end);
        if (!line.size)
            return;
        PROMISE(line.size <= 76 && line.size % 4 == 0);
        for (size_t i = 0; i < line.size; i++)
            PROMISE(line.text[i] == '+' || line.text[i] == '/' || line.text[i] == '=' ||
                    (line.text[i] >= '0' && line.text[i] <= '9') ||
                    (line.text[i] >= 'a' && line.text[i] <= 'z') ||
                    (line.text[i] >= 'A' && line.text[i] <= 'Z'));
    }
}

static void check(const struct message *message, const struct buffer *mail) {
    const char *at = mail->data;
    const char *end = at + mail->size;
    char boundary[80] = "";
    char delimiter[90] = "--";
    check_header(&at, end, message, boundary);
    strcat(delimiter, boundary);
    PROMISE(*boundary && line_is(next_line(&at, end), delimiter));
    check_part(&at, end, "Content-Type: text/plain; charset=utf-8");
    PROMISE(line_is(next_line(&at, end), delimiter));
    check_part(&at, end, "Content-Type: text/html; charset=utf-8");
    strcat(delimiter, "--");
    PROMISE(line_is(next_line(&at, end), delimiter) && at == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    char *texts[7];
    unsigned choice = fuzz_byte(&input);
    for (size_t i = 0; i < COUNT(texts); i++)
        texts[i] = fuzz_text(&input);
    struct arena *arena = arena_new();
    const char *const requests[] = {texts[5]};
    const struct message message = {
        .from_name = texts[0],
        .from_address = "tasks@example.org",
        .to_name = texts[1],
        .to_address = user_email_is_valid(texts[2]) ? texts[2] : "bo@example.org",
        .subject = texts[3],
        .message_id = "task-7.12.3.abcdefghijklmnop@pumasi.example.org",
        .thread_id = choice & 1 ? "task-7@pumasi.example.org" : NULL,
        .list_id = "pumasi.example.org",
        .requests = requests,
        .request_count = (choice & 4) != 0,
        .unsubscribe_url = choice & 2 ? texts[6] : NULL,
        .date = (int64_t)(choice >> 2) * 90000000,
        .language = LANGUAGE_EN,
        .text = texts[4],
        .html = texts[5],
    };
    struct buffer mail = message_write(arena, &message);
    check(&message, &mail);
    arena_free(arena);
    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
    return 0;
}
