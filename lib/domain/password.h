#pragma once
/* Passwords, kept as argon2id hashes (RFC 9106) in PHC strings. */

#include "base/arena.h"

/* In characters (ASVS 6.2.1, 6.2.9). */
enum { PASSWORD_LEAST = 8, PASSWORD_MOST = 128 };

/* The PHC string of a new password: 19 MiB, two passes (OWASP's parameters), about 26 ms. NULL without
 * memory. */
const char *password_hash(struct arena *arena, const char *password);

/* True if the password is the one. NULL for `hash` (nobody has this account) takes the same time and is
 * false. */
bool password_matches(const char *hash, const char *password);
