#include "http/bounds.h"

#include <string.h>

bool bounds_allow_variables(char *const *variables) {
    size_t headers = 0;
    size_t count = 0;
    size_t bytes = 0;
    for (; *variables; variables++) {
        count++;
        headers += strncmp(*variables, "HTTP_", 5) == 0;
        /* No further than the bound: one variable alone may be long. */
        bytes += strnlen(*variables, BOUNDS_MOST_VARIABLE_BYTES + 1);
        if (headers > BOUNDS_MOST_HEADERS || count > BOUNDS_MOST_VARIABLES ||
            bytes > BOUNDS_MOST_VARIABLE_BYTES)
            return false;
    }
    return true;
}

bool bounds_allow_form(const char *text, size_t size) {
    size_t fields = 1;
    for (const char *at = text, *end = text + size; (at = memchr(at, '&', (size_t)(end - at))) != NULL; at++)
        if (++fields > BOUNDS_MOST_FIELDS)
            return false;
    return true;
}
