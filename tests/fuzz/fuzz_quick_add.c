/*
 * The day, a line, then names: a line is a task whose fields are within their bounds, or has a fault with the
 * word at fault, the same each time.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "domain/quick_add.h"

enum { MOST_PEOPLE = 8 };

static bool may_be_typed(const char *text) {
    size_t size = strlen(text);
    return utf8_is_valid(text, size) && !utf8_has_control(text, size) && !strpbrk(text, "\n\t");
}

static void check_values(const struct quick_add *added, const struct user *people, size_t count, int64_t me) {
    const struct task_values *values = &added->values;
    size_t size = strlen(values->title);
    PROMISE(size && utf8_is_valid(values->title, size) && utf8_count(values->title, size) <= TASK_MOST_TITLE);
    PROMISE(*values->title != ' ' && values->title[size - 1] != ' ' && !strstr(values->title, "  "));
    PROMISE(!(values->fields & ~(unsigned)(TASK_TITLE | TASK_ASSIGNEE | TASK_PRIORITY | TASK_DUE)));
    if (values->fields & TASK_ASSIGNEE) {
        bool is_somebody = values->assignee_id == me;
        for (size_t i = 0; i < count; i++)
            is_somebody = is_somebody || (people[i].id == values->assignee_id && !people[i].is_disabled);
        PROMISE(is_somebody);
    }
    if (values->fields & TASK_DUE)
        PROMISE(clock_is_day(values->due_on, strlen(values->due_on)));
    if (values->fields & TASK_PRIORITY) {
        bool is_one = false;
        for (size_t i = 0; TASK_PRIORITIES[i]; i++)
            is_one = is_one || values->priority == TASK_PRIORITIES[i];
        PROMISE(is_one);
    }
    PROMISE(added->label_count <= TASK_MOST_LABELS);
    for (size_t i = 0; i < added->label_count; i++) {
        size = strlen(added->labels[i]);
        PROMISE(size && utf8_is_valid(added->labels[i], size) && !strchr(added->labels[i], ','));
        PROMISE(utf8_count(added->labels[i], size) <= TASK_MOST_LABEL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    char *texts[2 + MOST_PEOPLE];
    size_t count = 0;
    while (count < COUNT(texts) && (count < 2 || input.at < input.end))
        texts[count++] = fuzz_text(&input);
    bool is_typed = clock_is_day(texts[0], strlen(texts[0])) && strcmp(texts[0], "9900") < 0;
    for (size_t i = 1; i < count; i++)
        is_typed = is_typed && may_be_typed(texts[i]);
    if (is_typed && utf8_count(texts[1], strlen(texts[1])) <= QUICK_ADD_MOST) {
        struct user people[MOST_PEOPLE] = {0};
        for (size_t i = 2; i < count; i++)
            people[i - 2] = (struct user){
                .id = (int64_t)i, .name = texts[i], .email = "a.b@example.org", .is_disabled = i % 4 == 3};
        struct quick_add_scene scene = {people, count - 2, 99, texts[0]};
        struct arena *arena = arena_new();
        struct quick_add added = quick_add_read(arena, texts[1], &scene);
        struct quick_add again = quick_add_read(arena, texts[1], &scene);
        PROMISE(added.fault == again.fault && (added.word == NULL) == (again.word == NULL));
        PROMISE(!added.word || (added.fault && strstr(texts[1], added.word)));
        PROMISE((added.candidates != NULL) == (added.fault == QUICK_ADD_SEVERAL));
        if (added.fault == QUICK_ADD_GOOD)
            check_values(&added, people, count - 2, scene.me);
        arena_free(arena);
    }
    while (count)
        free(texts[--count]);
    return 0;
}
