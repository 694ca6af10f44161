#pragma once
/*
 * Links and addresses that work without a session: whoever holds one may do the one thing that it names. They
 * are signed with HMAC-SHA256 (RFC 2104) under the server's secret, each purpose apart from the others, so
 * that a signature made for one thing is none for another.
 */

#include "domain/outcome.h"

struct signer {
    unsigned char key[32];
};

/* Reads the server's secret: the grant on `setting` is what makes a program trusted. */
MUST_CHECK enum outcome signer_read(struct db *db, struct signer *signer);

/* 128 bits as 32 hexadecimal digits: small letters, so that mail servers may fold their case. */
const char *signature_make(struct arena *arena, const struct signer *signer, const char *purpose,
                           const char *text);

/* All 256 bits as 43 characters of base64url: for what is a secret of its own. */
const char *signature_token(struct arena *arena, const struct signer *signer, const char *purpose,
                            const char *text);

/* Compares in constant time; letters of either case. */
MUST_CHECK bool signature_is_good(const struct signer *signer, const char *purpose, const char *text,
                                  const char *signature);
