/* Bodies of every kind through the request layer: whatever arrives, a value is there, a fault is noted, or it
 * is refused whole; nothing is read that is not there. The first byte chooses form, JSON or multipart. */
#include "base/utf8.h"
#include "http/input.h"
#include "http/task_input.h"

#include <stdlib.h>
#include <string.h>

static const struct field fields[] = {
    [IN_TITLE] = {.name = "title", .type = FIELD_TEXT, .least = 1, .most = TASK_MOST_TITLE},
    TASK_INPUT_FIELDS,
    {.name = "version", .type = FIELD_INTEGER, .least = 1, .most = FIELD_LARGEST},
    {.name = "assignee", .type = FIELD_PERSON, .least = 1, .most = FIELD_LARGEST},
    {.name = "bin", .type = FIELD_FLAG, .most = 1},
    {.name = "email", .type = FIELD_EMAIL},
    {.name = "time_zone", .type = FIELD_ZONE},
};

static const struct function function = {.name = "fuzz", FUNCTION_FIELDS(fields)};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (!size)
        return 0;
    struct arena *arena = arena_new();
    char *text = malloc(size);
    if (!text)
        abort();
    memcpy(text, bytes + 1, size - 1);
    struct request request = {.arena = arena, .function = &function, .path = ""};
    request.values = arena_take_array(arena, function.field_count, sizeof(*request.values));
    const char *detail = NULL;
    enum input_result result;
    if (bytes[0] & 1)
        result = input_read_json(&request, text, size - 1, &detail);
    else if (bytes[0] & 2)
        result = input_read_multipart(&request, "multipart/form-data; boundary=x", text, size - 1, &detail);
    else
        result = input_read_form(&request, text, size - 1, &detail);
    if (result == INPUT_MALFORMED && !detail)
        abort();
    if (result == INPUT_GOOD && !request.faults) {
        struct task_values values = task_input_values(&request);
        if (values.fields & TASK_TITLE &&
            (!values.title || !utf8_is_valid(values.title, strlen(values.title)) ||
             utf8_has_control(values.title, strlen(values.title))))
            abort();
        if (values.fields & TASK_PROGRESS && (values.progress < 0 || values.progress > 100))
            abort();
    }
    free(text);
    arena_free(arena);
    return 0;
}
