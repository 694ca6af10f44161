#pragma once
/* Passwords known from breaches, compiled in: whoever guesses tries these first (ASVS 6.2.4, 6.2.12).
 * lib/domain/breached/LICENSE says where they come from; scripts/breached renews them. */

#include "base/base.h"

/* Generated: the first 48 bits of each password's SHA-256, sorted. */
extern const uint64_t BREACHED_HASHES[];
extern const size_t BREACHED_COUNT;

/* True for a password of the list, given in small letters and Unicode's composed form (NFC). Takes no memory.
 */
bool breached_has(const char *password, size_t size);
