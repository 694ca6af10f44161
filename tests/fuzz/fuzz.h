#pragma once
/* What the fuzzers share: an input cut at its zero bytes into texts of the exact size each, so that a step
 * too far is seen, and a promise that ends the process where it is broken. */

#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is promised to hold for every input. */
#define PROMISE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

struct fuzz_input {
    const uint8_t *at;
    const uint8_t *end;
};

/* One byte; 0 where there is none. */
static inline unsigned fuzz_byte(struct fuzz_input *input) {
    return input->at < input->end ? *input->at++ : 0;
}

/* The next text, up to a zero byte, which goes too; "" where there is none. To be freed. */
static inline char *fuzz_text(struct fuzz_input *input) {
    const uint8_t *start = input->at;
    while (input->at < input->end && *input->at)
        input->at++;
    size_t size = (size_t)(input->at - start);
    input->at += input->at < input->end;
    char *text = malloc(size + 1);
    PROMISE(text);
    if (size)
        memcpy(text, start, size);
    text[size] = '\0';
    return text;
}
