#include "base/percent.h"

#include "base/utf8.h"

#include <string.h>

static int hex(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

const char *percent_decode(struct arena *arena, const char *text, size_t size, bool is_form) {
    char *out = arena_take(arena, size + 1);
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = text[i];
        if (byte == '+' && is_form) {
            byte = ' ';
        } else if (byte == '%') {
            int high = i + 2 < size ? hex(text[i + 1]) : -1;
            int low = i + 2 < size ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            byte = (char)(high << 4 | low);
            i += 2;
        }
        if (!byte)
            return NULL;
        out[used++] = byte;
    }
    out[used] = '\0';
    return utf8_is_valid(out, used) ? out : NULL;
}

const char *percent_encode(struct arena *arena, const char *text) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char *encoded = arena_take_array(arena, strlen(text) + 1, 3);
    char *out = encoded;
    for (const char *c = text; *c; c++) {
        if (strchr(plain, *c)) {
            *out++ = *c;
            continue;
        }
        *out++ = '%';
        *out++ = "0123456789ABCDEF"[(unsigned char)*c >> 4];
        *out++ = "0123456789ABCDEF"[(unsigned char)*c & 15];
    }
    *out = '\0';
    return encoded;
}
