/* Whatever a file of another program holds, its reader ends with tasks that can be written, or with a fault.
 * The first byte is the format. */
#include "fuzz.h"

#include "base/utf8.h"
#include "domain/import.h"
#include "domain/import_html.h"
#include "domain/task.h"

static void check_text(const char *text) {
    PROMISE(utf8_is_valid(text, strlen(text)) && !utf8_has_control(text, strlen(text)));
}

static bool is_word(const char *const *words, const char *text) {
    while (*words && strcmp(*words, text) != 0)
        words++;
    return *words != NULL;
}

static void check_task(const struct import_task *task) {
    PROMISE(task->where && is_word(TASK_STATUSES, task->status) && is_word(TASK_PRIORITIES, task->priority));
    PROMISE(task->label_count <= TASK_MOST_LABELS);
    PROMISE(!task->due_on || strlen(task->due_on) == 10);
    if (task->title)
        check_text(task->title);
    if (task->description)
        check_text(task->description);
    for (size_t i = 0; i < task->label_count; i++) {
        check_text(task->labels[i]);
        PROMISE(utf8_count(task->labels[i], strlen(task->labels[i])) <= TASK_MOST_LABEL);
        PROMISE(!strpbrk(task->labels[i], ",\n\t"));
    }
    for (size_t i = 0; i < task->comment_count; i++) {
        PROMISE(task->comments[i].key && *task->comments[i].body);
        check_text(task->comments[i].body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    const struct import_format *format = &IMPORT_FORMATS[fuzz_byte(&input) % IMPORT_FORMAT_COUNT];
    size = (size_t)(input.end - input.at);
    struct arena *arena = arena_new();
    const char *text = arena_copy_bytes(arena, input.at, size);
    static const struct import_pair state = {"Review", "doing"};
    struct import import = {
        .arena = arena, .program = format->program, .time_zone = "UTC", .states = {&state, 1}};
    format->read(&import, (struct span){text, size});
    for (size_t i = 0; i < import.count && !import.fault_count; i++)
        check_task(&import.tasks[i]);
    if (utf8_is_valid(text, strlen(text)))
        PROMISE(utf8_is_valid(import_html(arena, text), strlen(import_html(arena, text))));
    arena_free(arena);
    return 0;
}
