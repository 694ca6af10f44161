/* The strict reader never reads past its input, and what it passes json-c reads to the same value twice. */
#include "base/json_check.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    /* A copy of the exact size, so that a step too far is seen. */
    char *text = malloc(size ? size : 1);
    if (!text)
        abort();
    if (size)
        memcpy(text, bytes, size);
    struct json_check_result result = json_check(text, size, 16);
    if (result.offset > size)
        abort();
    if (result.fault == JSON_GOOD) {
        struct json_tokener *tokener = json_tokener_new_ex(17);
        struct json_object *value = json_tokener_parse_ex(tokener, text, (int)size);
        if (json_tokener_get_error(tokener) == json_tokener_continue)
            value = json_tokener_parse_ex(tokener, "", 1);
        if (json_tokener_get_error(tokener) != json_tokener_success)
            abort();
        (void)json_object_put(value);
        json_tokener_free(tokener);
    }
    free(text);
    return 0;
}
