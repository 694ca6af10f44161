#include "base/words.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* Generated from www/text: one row a language, one column a key. */
extern const char *const WORDS_TABLE[LANGUAGE_COUNT][WORDS_KEY_COUNT];

static const char *const codes[LANGUAGE_COUNT] = {[LANGUAGE_EN] = "en", [LANGUAGE_KO] = "ko"};

const char *words(enum language language, enum words_key key) {
    assert(language < LANGUAGE_COUNT && key < WORDS_KEY_COUNT);
    return WORDS_TABLE[language][key];
}

static const char *value_of(const char *name, size_t size, const struct words_value *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strlen(values[i].name) == size && memcmp(values[i].name, name, size) == 0)
            return values[i].value;
    return NULL;
}

void words_fill(struct buffer *out, enum language language, enum words_key key,
                const struct words_value *values, size_t count) {
    const char *at = words(language, key);
    const char *open;
    while ((open = strchr(at, '{')) != NULL) {
        buffer_add_bytes(out, at, (size_t)(open - at));
        const char *close = strchr(open, '}');
        const char *value = close ? value_of(open + 1, (size_t)(close - open - 1), values, count) : NULL;
        if (value) {
            buffer_add(out, value);
            at = close + 1;
        } else {
            buffer_add_char(out, '{');
            at = open + 1;
        }
    }
    buffer_add(out, at);
}

const char *words_print_values(struct arena *arena, enum language language, enum words_key key,
                               const struct words_value *values, size_t count) {
    struct buffer out = buffer_new(arena, 128);
    words_fill(&out, language, key, values, count);
    return out.data;
}

const char *language_code(enum language language) {
    assert(language < LANGUAGE_COUNT);
    return codes[language];
}

bool language_from_code(const char *code, enum language *language) {
    for (unsigned i = 0; i < LANGUAGE_COUNT; i++) {
        if (strcmp(codes[i], code) == 0) {
            *language = (enum language)i;
            return true;
        }
    }
    return false;
}

/* The weight behind "q=" in thousandths, 0 to 1000 (RFC 9110, section 12.4.2: a digit, a point, three more at
 * most); 1000 where there is none. What is no weight is none at all: the language is not wanted. */
static int quality(const char *item, size_t size) {
    const char *end = item + size;
    for (; item + 1 < end; item++) {
        if ((item[0] != 'q' && item[0] != 'Q') || item[1] != '=')
            continue;
        const char *at = item + 2;
        if (at == end || (*at != '0' && *at != '1'))
            return 0;
        int weight = *at == '1' ? 1000 : 0;
        if (++at < end && *at == '.')
            for (int unit = 100; ++at < end && *at >= '0' && *at <= '9'; unit /= 10)
                weight += (*at - '0') * unit;
        return weight > 1000 ? 1000 : weight;
    }
    return 1000;
}

enum language language_accepted(const char *accept_language) {
    enum language best = LANGUAGE_EN;
    int best_quality = 0;
    const char *item = accept_language ? accept_language : "";
    while (*item) {
        item += strspn(item, ", \t");
        size_t size = strcspn(item, ",");
        for (unsigned i = 0; i < LANGUAGE_COUNT; i++) {
            int next = size >= 2 ? item[2] : 0;
            bool is_tag = size >= 2 && strncasecmp(item, codes[i], 2) == 0 &&
                          (size == 2 || next == '-' || next == ';' || next == ' ');
            if (is_tag && quality(item, size) > best_quality) {
                best = (enum language)i;
                best_quality = quality(item, size);
            }
        }
        item += size;
    }
    return best;
}
