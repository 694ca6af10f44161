#pragma once
/* What the command tells of itself: all nouns on one screen, and of a noun its commands. */

#include "command.h"

#include <stdio.h>

void help_all(FILE *out, const struct noun *const *nouns, size_t count);
void help_noun(FILE *out, const struct noun *noun);
