/* Writes one mail for test_any_field.py: five texts on standard input, each ended by a NUL, in the order of
 * `fields` below; the mail's bytes on standard output. */
#include "mail/message.h"

#include <stdio.h>
#include <string.h>

int main(void) {
    struct arena *arena = arena_new();
    struct buffer input = buffer_new(arena, 1 << 20);
    buffer_reserve(&input, 1 << 20);
    input.size = fread(input.data, 1, 1 << 20, stdin);
    const char *fields[5]; /* sender's name, recipient's name, subject, text, HTML */
    const char *at = input.data;
    for (size_t i = 0; i < COUNT(fields); i++) {
        const char *end = memchr(at, '\0', input.size - (size_t)(at - input.data));
        if (!end)
            return 1;
        fields[i] = at;
        at = end + 1;
    }
    const struct message message = {
        .from_name = fields[0],
        .from_address = "tasks@pumasi.example.org",
        .to_name = fields[1],
        .to_address = "bo@example.org",
        .subject = fields[2],
        .message_id = "task-7.12.3.abc@pumasi.example.org",
        .thread_id = "task-7@pumasi.example.org",
        .list_id = "pumasi.pumasi.example.org",
        .date = 1795473647,
        .language = LANGUAGE_KO,
        .text = fields[3],
        .html = fields[4],
    };
    struct buffer mail = message_write(arena, &message);
    bool good = fwrite(mail.data, 1, mail.size, stdout) == mail.size && fflush(stdout) == 0;
    arena_free(arena);
    return good ? 0 : 1;
}
