/* Writes mails of each kind in each language, as they are and as what a reader shows of them: samples DIR
 * makes DIR/KIND.LANGUAGE.eml, .html and .txt. For pictures, for tests in a browser, and to look at. */
#include "mail/notice.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 1795500300, HOUR_S = 3600 }; /* 24 Nov 2026, 15:05 in Seoul */

static const char OLD_DESCRIPTION[] =
    "Two hundred flyers for the winter market, A5, on the green paper from last year.\\n"
    "\\n"
    "- Ask Kim Printing for an offer\\n- Compare with the library's copy shop\\n- Text by Friday, pictures by Monday\\n"
    "- Bring them to the five shops on the list\\n- Keep ten for the notice board\\n\\n"
    "The printer closes at six. 문 앞에 주차할 수 있어요.";
static const char NEW_DESCRIPTION[] =
    "Three hundred flyers for the winter market, A5, on recycled paper.\\n"
    "\\n"
    "- Ask Kim Printing for an offer\\n- Text by Friday, pictures by Monday\\n"
    "- Bring them to the five shops on the list\\n- Keep ten for the notice board\\n- Send one to the newspaper\\n\\n"
    "The printer closes at six. 집 앞에 주차할 수 있어요.";

static const struct person MIN = {1, "Min Park"};
static const struct person JIWOO = {3, "지우"};
static const struct person AMIR = {4, "أمير חיים"};

static struct task flyers(void) {
    return (struct task){
        .id = 7,
        .title = "Print the flyers for the winter market",
        .description = "Two hundred flyers, A5, on green paper.\n\nThe printer closes at six:\n"
                       "https://kim-printing.example.org/opening-hours",
        .status = "doing",
        .progress = 40,
        .priority = "high",
        .assignee = JIWOO,
        .creator = MIN,
        .due_on = "2026-12-01",
        .labels = "[\"print\",\"winter market\"]",
        .created_at = NOW - 26 * HOUR_S,
    };
}

static struct event_change changes[] = {
    {.field = "title", .from = "\"Flyers\"", .to = "\"Print the flyers for the winter market\""},
    {.field = "status", .from = "\"todo\"", .to = "\"doing\""},
    {.field = "progress", .from = "0", .to = "40"},
    {.field = "assignee", .from = "null", .to = "3", .to_id = 3, .to_name = "지우"},
    {.field = "due_on", .from = "\"2026-11-27\"", .to = "\"2026-12-01\""},
    {.field = "labels", .from = "[\"print\"]", .to = "[\"print\",\"winter market\"]"},
};

static struct event comments[] = {
    {.actor = {1, "Min Park"},
     .at = NOW - HOUR_S,
     .comment_id = 5,
     .comment =
         "The copy shop cannot do recycled paper, so Kim it is. I put the offer into the folder:\n"
         "https://files.example.org/market/2026/offers/kim-printing-three-hundred-flyers-recycled-final.pdf\n\n"
         "Can you call them before six?"},
    {.actor = {4, "أمير חיים"},
     .at = NOW - 600,
     .comment_id = 6,
     .comment = "אני יכול להביא אותם ביום שני, flyers too.\n좋아요 🎉"},
};

struct sample {
    const char *name;
    struct task_news news[4];
    size_t news_count;
    enum reason reason;
    bool is_daily;
};

static size_t describe(struct sample *samples) {
    static char description[2][2000];
    static struct event_change rewritten[1];
    (void)snprintf(description[0], sizeof(description[0]), "\"%s\"", OLD_DESCRIPTION);
    (void)snprintf(description[1], sizeof(description[1]), "\"%s\"", NEW_DESCRIPTION);
    rewritten[0] =
        (struct event_change){.field = "description", .from = description[0], .to = description[1]};
    struct task late = {.id = 3,
                        .title = "Book the hall",
                        .status = "todo",
                        .priority = "normal",
                        .assignee = JIWOO,
                        .creator = AMIR,
                        .due_on = "2026-11-21",
                        .labels = "[]",
                        .description = ""};
    struct task today = {.id = 12,
                         .title = "겨울 장터 자원봉사자 명단 정리하기",
                         .status = "doing",
                         .priority = "normal",
                         .assignee = JIWOO,
                         .creator = MIN,
                         .due_on = "2026-11-24",
                         .labels = "[]",
                         .description = ""};
    struct task_news changed = {.task = flyers(),
                                .actor = MIN,
                                .at = NOW - HOUR_S,
                                .changes = changes,
                                .change_count = COUNT(changes)};
    struct task_news made = {.task = flyers(), .is_created = true, .actor = MIN, .at = NOW - HOUR_S};
    struct task_news said = {.task = flyers(),
                             .actor = MIN,
                             .at = NOW - HOUR_S,
                             .changes = rewritten,
                             .change_count = 1,
                             .comments = comments,
                             .comment_count = COUNT(comments)};
    struct task_news said_once = said;
    said_once.task.id = 12;
    said_once.task.title = today.title;
    said_once.comments = &comments[1];
    said_once.comment_count = 1;
    said_once.change_count = 0;
    samples[0] =
        (struct sample){.name = "changed", .news = {changed}, .news_count = 1, .reason = REASON_ASSIGNEE};
    samples[1] = (struct sample){.name = "new", .news = {made}, .news_count = 1, .reason = REASON_ASSIGNEE};
    samples[2] =
        (struct sample){.name = "comment", .news = {said}, .news_count = 1, .reason = REASON_WATCHER};
    samples[3] = (struct sample){
        .name = "daily",
        .news = {{.task = late, .is_due = true}, {.task = today, .is_due = true}, said_once, changed},
        .news_count = 4,
        .is_daily = true};
    samples[4] = (struct sample){
        .name = "due", .news = {{.task = late, .is_due = true}}, .news_count = 1, .reason = REASON_ASSIGNEE};
    return 5;
}

static bool write_file(struct arena *arena, const char *directory, const char *name, enum language language,
                       const char *ending, const char *bytes, size_t size) {
    const char *path = arena_print(arena, "%s/%s.%s.%s", directory, name, language_code(language), ending);
    FILE *file = fopen(path, "w");
    return file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0;
}

static bool write_sample(struct arena *arena, const char *directory, struct sample *sample,
                         enum language language) {
    const struct delivery delivery = {.id = 1,
                                      .task_id = sample->is_daily ? 0 : sample->news->task.id,
                                      .message_id = "task-7.12.3.x@pumasi.example.org",
                                      .recipient = {.id = 3,
                                                    .email = "jiwoo@example.org",
                                                    .name = "지우",
                                                    .language = language,
                                                    .mail = {.time_zone = "Asia/Seoul"}}};
    const struct delivery_content content = {
        .news = sample->news, .news_count = sample->news_count, .reason = sample->reason};
    const struct notice notice = {
        .delivery = &delivery,
        .content = &content,
        .base_url = "https://pumasi.example.org",
        .host = "pumasi.example.org",
        .sender = "tasks@pumasi.example.org",
        .now = NOW,
        .unsubscribe_url =
            "https://pumasi.example.org/api/unsubscribe?token=3.0.0123456789abcdef0123456789abcdef",
        .mute_url =
            sample->is_daily
                ? NULL
                : "https://pumasi.example.org/api/unsubscribe?token=3.7.fedcba9876543210fedcba9876543210"};
    struct message message = notice_message(arena, &notice);
    struct buffer mail = message_write(arena, &message);
    return write_file(arena, directory, sample->name, language, "txt", message.text, strlen(message.text)) &&
           write_file(arena, directory, sample->name, language, "html", message.html, strlen(message.html)) &&
           write_file(arena, directory, sample->name, language, "eml", mail.data, mail.size);
}

int main(int count, char **arguments) {
    struct arena *arena = arena_new();
    struct sample samples[8];
    size_t sample_count = describe(samples);
    bool good = count == 2;
    for (size_t i = 0; good && i < sample_count; i++)
        for (enum language language = 0; good && language < LANGUAGE_COUNT; language++)
            good = write_sample(arena, arguments[1], &samples[i], language);
    arena_free(arena);
    if (!good)
        (void)fprintf(stderr, "samples: cannot write the mails; call it as: samples DIR\n");
    return good ? 0 : 1;
}
