#pragma once
/*
 * Passwords, kept as argon2id hashes (RFC 9106) in PHC strings. Any Unicode will do: what is typed is brought
 * into its composed form (NFC) first, as RFC 8265 asks (4.2.2), since keyboards differ in how they send é or
 * 한. What was kept of ASCII passwords before is the same in that form.
 */

#include "base/arena.h"

/* In characters of the composed form (ASVS 6.2.1, 6.2.9). */
enum { PASSWORD_LEAST = 8, PASSWORD_MOST = 128 };

/* Whether a password may become somebody's. There are no rules of which characters it must have (ASVS 6.2.5).
 */
enum password_fault {
    PASSWORD_GOOD,
    PASSWORD_TOO_SHORT,
    PASSWORD_TOO_LONG,
    PASSWORD_BREACHED, /* it stands in lists that attackers try first (ASVS 6.2.12), or is a name of Pumasi
                          with digits and signs around */
    PASSWORD_OWN,      /* the same with the person's own name or address, or a part of it (ASVS 6.2.11) */
};
MUST_CHECK enum password_fault password_check(struct arena *arena, const char *password, const char *email,
                                              const char *name);

/* The PHC string of a new password: 19 MiB, two passes (OWASP's parameters), about 26 ms. NULL without
 * memory. */
const char *password_hash(struct arena *arena, const char *password);

/* True if the password is the one. NULL for `hash` (nobody has this account) takes the same time and is
 * false. */
bool password_matches(struct arena *arena, const char *hash, const char *password);

/* True for a hash that costs an attacker less than one made today. */
bool password_is_dated(const char *hash);
