#pragma once
/* Text from outside: is it UTF-8, how many characters has it, may people store it? */

#include "base/base.h"

/*
 * Reads one character (Unicode scalar value) at *at, before `end`, and moves *at behind it.
 * Returns -1 where the bytes are not well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF); *at is then not moved.
 */
int32_t utf8_next(const char **at, const char *end);

/* Writes a scalar value as 1 to 4 bytes, without a NUL; returns their number. */
size_t utf8_put(char out[4], int32_t character);

bool utf8_is_valid(const char *text, size_t size);

/* Characters in valid UTF-8. */
size_t utf8_count(const char *text, size_t size);

/* True if the text holds a control character: C0 but newline and tab, DEL, C1. Valid UTF-8 only. */
bool utf8_has_control(const char *text, size_t size);

/* True for scripts written without spaces around words (Hangul, Han, Kana): the search index pairs them. */
bool utf8_is_cjk(int32_t character);
