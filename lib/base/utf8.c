#include "base/utf8.h"

#include <assert.h>

int32_t utf8_next(const char **at, const char *end) {
    const unsigned char *byte = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at);
    if (!left)
        return -1;
    if (byte[0] < 0x80) {
        *at += 1;
        return byte[0];
    }
    /* The smallest character that a form of this length may hold: anything below is overlong. */
    size_t length = 0;
    int32_t smallest = 0;
    int32_t character = 0;
    if (byte[0] >= 0xC2 && byte[0] <= 0xDF) {
        length = 2, smallest = 0x80, character = byte[0] & 0x1F;
    } else if (byte[0] >= 0xE0 && byte[0] <= 0xEF) {
        length = 3, smallest = 0x800, character = byte[0] & 0x0F;
    } else if (byte[0] >= 0xF0 && byte[0] <= 0xF4) {
        length = 4, smallest = 0x10000, character = byte[0] & 0x07;
    } else {
        return -1;
    }
    if (left < length)
        return -1;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return -1;
        character = character << 6 | (byte[i] & 0x3F);
    }
    bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (character < smallest || character > 0x10FFFF || is_surrogate)
        return -1;
    *at += length;
    return character;
}

size_t utf8_put(char out[4], int32_t character) {
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = 1;
    while (size < 4 && character >= smallest[size])
        size++;
    for (size_t i = size; i-- > 0; character >>= 6)
        out[i] = (char)(i ? 0x80 | (character & 0x3F) : lead[size] | character);
    return size;
}

bool utf8_is_valid(const char *text, size_t size) {
    const char *end = text + size;
    while (text < end)
        if (utf8_next(&text, end) < 0)
            return false;
    return true;
}

size_t utf8_count(const char *text, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

bool utf8_has_control(const char *text, size_t size) {
    const char *end = text + size;
    while (text < end) {
        int32_t character = utf8_next(&text, end);
        assert(character >= 0);
        bool is_c0 = character < 0x20 && character != '\n' && character != '\t';
        if (is_c0 || (character >= 0x7F && character <= 0x9F))
            return true;
    }
    return false;
}

bool utf8_is_cjk(int32_t character) {
    static const struct {
        int32_t first, last;
    } ranges[] = {
        {0x1100, 0x11FF},   /* Hangul Jamo */
        {0x3041, 0x30FF},   /* Hiragana, Katakana */
        {0x3131, 0x318E},   /* Hangul compatibility Jamo */
        {0x3400, 0x4DBF},   /* Han, extension A */
        {0x4E00, 0x9FFF},   /* Han */
        {0xAC00, 0xD7A3},   /* Hangul syllables */
        {0xF900, 0xFAFF},   /* Han, compatibility */
        {0x20000, 0x3FFFF}, /* Han, later extensions */
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}
