#pragma once
/* Small and capital letters of all scripts, one character to one, whatever the locale. */

#include "base/base.h"

/* The small or capital letter of a character (Unicode scalar value); itself where there is none. */
int32_t letter_small(int32_t character);
int32_t letter_capital(int32_t character);
