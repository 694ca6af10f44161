#pragma once
/*
 * Links and addresses that work without a session: whoever holds one may do the one thing that it names. They
 * are signed with HMAC-SHA256 (RFC 2104) under the server's newest key (data/key_file.h), each purpose apart
 * from the others, so that a signature made for one thing is none for another.
 */

#include "data/key_file.h"
#include "domain/outcome.h"

struct signer {
    struct key_file_keys keys;
};

/* Makes the file of keys where there is none. A database of an earlier release held the key itself: if mails
 * were sent with it, their links go on working for the time of a former key, and it leaves the database.
 * Needs the grants to read and delete `setting` and to read `delivery`. False with *error set. */
MUST_CHECK bool signer_make(struct db *db, struct arena *arena, const char *path, const char **error);

/* Reads the keys that are good now. False with *error set. */
MUST_CHECK bool signer_read(struct arena *arena, const char *path, struct signer *signer, const char **error);

/* 128 bits as 32 hexadecimal digits: small letters, so that mail servers may fold their case. */
const char *signature_make(struct arena *arena, const struct signer *signer, const char *purpose,
                           const char *text);

/* True if one of the keys has made it. Compares in constant time; letters of either case. */
MUST_CHECK bool signature_is_good(const struct signer *signer, const char *purpose, const char *text,
                                  const char *signature);

/* 256 bits that stay the same for this purpose and text, and that nobody without the file of keys can know: a
 * key to be kept nowhere. They come from the file's first key, so that they outlive a rotation. */
void signature_derive(const struct signer *signer, const char *purpose, const char *text,
                      unsigned char key[32]);
