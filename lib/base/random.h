#pragma once
/* Random bytes from the system, and hashes from libcrypto. */

#include "base/arena.h"

enum { SHA256_BYTES = 32 };

/* Fills with bytes that nobody can guess (ASVS 11.5.1). Ends the process if the system has none. */
void random_fill(void *bytes, size_t size);

/* 256 random bits as 43 characters of base64url (RFC 4648, section 5). */
const char *random_token(struct arena *arena);

void sha256(const void *bytes, size_t size, unsigned char digest[SHA256_BYTES]);

/* HMAC-SHA256 (RFC 2104) of bytes under a key. */
void hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
                 unsigned char digest[SHA256_BYTES]);

/* HMAC-SHA1 (RFC 2104), for one-time codes, which know no other hash; the key has 64 bytes at most. */
enum { SHA1_BYTES = 20 };
void hmac_sha1(const void *key, size_t key_size, const void *bytes, size_t size,
               unsigned char digest[SHA1_BYTES]);

/* base64url without padding. */
const char *base64url_encode(struct arena *arena, const void *bytes, size_t size);

/* NULL where the text is not base64url; the result is NUL-terminated behind its *size bytes. */
const char *base64url_decode(struct arena *arena, const char *text, size_t *size);
