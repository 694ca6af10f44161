#pragma once
/* Percent-encoding (RFC 3986, section 2.1), as it stands in addresses, forms and settings. */

#include "base/arena.h"

/* The text without it, and with '+' as a space in a form. NULL where it is malformed, not UTF-8, or holds a
 * NUL. */
const char *percent_decode(struct arena *arena, const char *text, size_t size, bool is_form);

/* The text with everything encoded but letters, digits and "-._~". */
const char *percent_encode(struct arena *arena, const char *text);
