#pragma once
/*
 * Every sentence that people read, by key and language. The sentences stand in www/text/LANGUAGE.json, shared
 * with the pages; the build turns each key, such as "problem.not_found", into WORDS_PROBLEM_NOT_FOUND, and
 * fails if a language lacks a key that another has.
 */

#include "base/buffer.h"
#include "words_keys.h"

enum language { LANGUAGE_EN, LANGUAGE_KO, LANGUAGE_COUNT };

/* The sentence as it stands in the catalogue. */
const char *words(enum language language, enum words_key key);

/* A {name} in a sentence is replaced by the value of that name. */
struct words_value {
    const char *name;
    const char *value;
};

/* Adds the sentence with its values put in; an unknown {name} stays as it is. Values are added as they are.
 */
void words_fill(struct buffer *out, enum language language, enum words_key key,
                const struct words_value *values, size_t count);

/* As words_fill, into a text of its own. */
#define words_print(arena, language, key, ...)                                                               \
    words_print_values((arena), (language), (key), (const struct words_value[]){__VA_ARGS__},                \
                       COUNT(((const struct words_value[]){__VA_ARGS__})))
const char *words_print_values(struct arena *arena, enum language language, enum words_key key,
                               const struct words_value *values, size_t count);

/* "en", "ko". */
const char *language_code(enum language language);

/* The language of a code; false, and *language untouched, if there is none. */
MUST_CHECK bool language_from_code(const char *code, enum language *language);

/* The language that an Accept-Language header (RFC 9110, section 12.5.4) likes best; English without one. */
enum language language_accepted(const char *accept_language);
