/* Writes mails for test_any_field.py on standard output, each behind its size and a newline, from texts on
 * standard input, each ended by a NUL; so many to a mail: driver message: sender's name, recipient's name,
 * subject, text, HTML, as they are. driver notice: actor, recipient, title, old description, new description,
 * comment, of a task that was changed; driver daily: the same in a daily mail. */
#include "mail/notice.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

enum { MOST_FIELDS = 6, NOW = 1795473647 };

#define UNSUBSCRIBE "https://pumasi.example.org/api/unsubscribe?token=3.0.0123456789abcdef0123456789abcdef"

static const char *fields[MOST_FIELDS];

static struct buffer read_input(struct arena *arena) {
    enum { PIECE = 1 << 16 };
    struct buffer input = buffer_new(arena, PIECE);
    size_t got = 0;
    do {
        buffer_reserve(&input, PIECE);
        got = fread(input.data + input.size, 1, PIECE, stdin);
        input.size += got;
    } while (got);
    return input;
}

/* The texts of one mail, from *at on; false where there are no more. */
static bool read_fields(const char **at, const char *end, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *next = memchr(*at, '\0', (size_t)(end - *at));
        if (!next)
            return false;
        fields[i] = *at;
        *at = next + 1;
    }
    return true;
}

static struct message plain_message(void) {
    return (struct message){
        .from_name = fields[0],
        .from_address = "tasks@pumasi.example.org",
        .to_name = fields[1],
        .to_address = "bo@example.org",
        .subject = fields[2],
        .message_id = "task-7.12.3.abc@pumasi.example.org",
        .thread_id = "task-7@pumasi.example.org",
        .list_id = "pumasi.pumasi.example.org",
        .unsubscribe_url = UNSUBSCRIBE,
        .date = NOW,
        .language = LANGUAGE_KO,
        .text = fields[3],
        .html = fields[4],
    };
}

static const char *as_json(struct arena *arena, const char *text) {
    struct json_object *value = json_object_new_string(text);
    const char *json = arena_copy(arena, json_object_to_json_string(value));
    (void)json_object_put(value);
    return json;
}

static struct message notice_of_fields(struct arena *arena, bool is_daily) {
    struct event_change changes[] = {
        {.field = "title", .from = as_json(arena, fields[0]), .to = as_json(arena, fields[2])},
        {.field = "assignee", .from = "1", .to = "3", .from_name = fields[0], .to_name = fields[1]},
        {.field = "description", .from = as_json(arena, fields[3]), .to = as_json(arena, fields[4])},
    };
    struct event comments[] = {{.actor = {1, fields[0]}, .at = NOW, .comment = fields[5]}};
    struct task task = {.id = 7,
                        .title = fields[2],
                        .description = fields[4],
                        .status = "doing",
                        .priority = "high",
                        .assignee = {3, fields[1]},
                        .creator = {1, fields[0]},
                        .due_on = "2026-11-21",
                        .labels = as_json(arena, fields[0])};
    struct task_news news[] = {
        {.task = task,
         .is_due = true,
         .actor = {1, fields[0]},
         .at = NOW,
         .changes = changes,
         .change_count = COUNT(changes),
         .comments = comments,
         .comment_count = COUNT(comments)},
        {.task = task, .is_created = true, .actor = {1, fields[0]}, .at = NOW},
    };
    const struct delivery delivery = {.task_id = is_daily ? 0 : 7,
                                      .message_id = "task-7.12.3.abc@pumasi.example.org",
                                      .recipient = {.id = 3,
                                                    .email = "bo@example.org",
                                                    .name = fields[1],
                                                    .language = LANGUAGE_EN,
                                                    .mail = {.time_zone = "Asia/Seoul"}}};
    const struct delivery_content content = {.news = news, .news_count = is_daily ? 2 : 1};
    const struct notice notice = {
        .delivery = &delivery,
        .content = &content,
        .base_url = "https://pumasi.example.org",
        .host = "pumasi.example.org",
        .sender = "tasks@pumasi.example.org",
        .unsubscribe_url = UNSUBSCRIBE,
        .mute_url = is_daily ? NULL : "https://pumasi.example.org/api/unsubscribe?token=3.7.aa",
        .now = NOW,
    };
    return notice_message(arena, &notice);
}

int main(int count, char **arguments) {
    if (count != 2)
        return 1;
    bool is_plain = strcmp(arguments[1], "message") == 0;
    bool is_daily = strcmp(arguments[1], "daily") == 0;
    struct arena *all = arena_new();
    struct arena *one = arena_new();
    const struct buffer input = read_input(all);
    const char *at = input.data;
    const char *end = input.data + input.size;
    bool good = true;
    while (good && read_fields(&at, end, is_plain ? 5 : 6)) {
        struct message message = is_plain ? plain_message() : notice_of_fields(one, is_daily);
        struct buffer mail = message_write(one, &message);
        good = printf("%zu\n", mail.size) > 0 && fwrite(mail.data, 1, mail.size, stdout) == mail.size;
        arena_reset(one);
    }
    good = good && at == end && fflush(stdout) == 0;
    arena_free(one);
    arena_free(all);
    return good ? 0 : 1;
}
