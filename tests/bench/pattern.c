/* Decisions a second on one core: each of the product's own rules against each kind of event, as the mailer
 * asks. pattern SECONDS PATTERN... prints the number; events are those that lib/domain/envelope.c makes. */
#include "domain/pattern.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MIN "{\"id\":1,\"name\":\"Min\",\"email\":\"min@example.org\"}"
#define JI_WOO "{\"id\":3,\"name\":\"Ji-woo\",\"email\":\"jiwoo@example.org\"}"
#define TASK                                                                                                               \
    "\"task\":{\"id\":42,\"title\":\"봄 축제 전단지 인쇄\",\"description\":\"운영 회의에서 정한 대로\"," \
    "\"status\":\"doing\",\"progress\":40,\"priority\":\"high\",\"due_on\":\"2026-12-24\","                                \
    "\"labels\":[\"print\",\"festival\"],\"version\":7,\"assignee\":" JI_WOO ",\"creator\":" MIN "},"
#define EVENT(type, detail)                                                                                  \
    "{\"id\":\"117\",\"source\":\"pumasi\",\"detail-type\":\"" type                                          \
    "\",\"time\":\"2026-11-24T01:42:23Z\",\"resources\":[\"task/42\"],\"detail\":{" detail "\"actor\":" MIN  \
    "}}"

static const char *const texts[] = {
    EVENT(
        "task.updated", TASK
        "\"changes\":{\"progress\":{\"from\":10,\"to\":40},\"status\":{\"from\":\"todo\",\"to\":\"doing\"}},"),
    EVENT("task.created", TASK),
    EVENT("task.assigned", TASK "\"changes\":{\"assignee\":{\"from\":null,\"to\":" JI_WOO "}},"),
    EVENT("task.commented", TASK "\"comment\":{\"id\":9,\"body\":\"@Ji-woo\"},\"mentions\":[" JI_WOO "],"),
    EVENT("task.due", TASK "\"day\":\"2026-12-24\","),
    EVENT("user.updated", "\"user\":" JI_WOO ","),
};

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count < 3)
        return EXIT_FAILURE;
    struct arena *arena = arena_new();
    const char *error = NULL;
    struct json_object *events[COUNT(texts)];
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!(events[i] = json_tokener_parse(texts[i])))
            return EXIT_FAILURE;
    size_t rules = (size_t)count - 2;
    const struct pattern **patterns = arena_take_array(arena, rules, sizeof(struct pattern *));
    for (size_t i = 0; i < rules; i++) {
        patterns[i] = pattern_parse(arena, words[i + 2], strlen(words[i + 2]), &error);
        if (!patterns[i]) {
            (void)fprintf(stderr, "%s\n", error);
            return EXIT_FAILURE;
        }
    }
    double start = now();
    double end = start + atof(words[1]);
    long done = 0;
    long matched = 0;
    while (now() < end)
        for (int round = 0; round < 1000; round++)
            for (size_t i = 0; i < COUNT(events); i++, done += (long)rules)
                for (size_t j = 0; j < rules; j++)
                    matched += pattern_matches(patterns[j], events[i]);
    (void)printf("%.0f\n", (double)done / (now() - start));
    (void)fprintf(stderr, "%.3f of them match\n", (double)matched / (double)done);
    return EXIT_SUCCESS;
}
