#include "base/random.h"

/* SHA-256 is taken alone out of libcrypto: with EVP, HMAC or RAND come its providers, and with the shared
 * library 400 KiB of memory in each process, and two milliseconds at its start. */
#define OPENSSL_API_COMPAT 0x10101000L
#include <openssl/sha.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void random_fill(void *bytes, size_t size) {
    unsigned char *at = bytes;
    while (size) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            (void)fprintf(stderr, "pumasi: the system has no random bytes, this process ends\n");
            exit(EXIT_FAILURE);
        }
        at += got;
        size -= (size_t)got;
    }
}

const char *random_token(struct arena *arena) {
    unsigned char bytes[32];
    random_fill(bytes, sizeof(bytes));
    return base64url_encode(arena, bytes, sizeof(bytes));
}

void sha256(const void *bytes, size_t size, unsigned char digest[SHA256_BYTES]) {
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, bytes, size);
    (void)SHA256_Final(digest, &context);
}

void hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
                 unsigned char digest[SHA256_BYTES]) {
    unsigned char inner[SHA256_CBLOCK] = {0};
    unsigned char outer[SHA256_CBLOCK];
    if (key_size > sizeof(inner))
        sha256(key, key_size, inner);
    else
        memcpy(inner, key, key_size);
    for (size_t i = 0; i < sizeof(inner); i++) {
        outer[i] = inner[i] ^ 0x5C;
        inner[i] ^= 0x36;
    }
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, inner, sizeof(inner));
    (void)SHA256_Update(&context, bytes, size);
    (void)SHA256_Final(digest, &context);
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, outer, sizeof(outer));
    (void)SHA256_Update(&context, digest, SHA256_BYTES);
    (void)SHA256_Final(digest, &context);
}

void hmac_sha1(const void *key, size_t key_size, const void *bytes, size_t size,
               unsigned char digest[SHA1_BYTES]) {
    unsigned char inner[SHA_CBLOCK] = {0};
    unsigned char outer[SHA_CBLOCK];
    assert(key_size <= sizeof(inner));
    memcpy(inner, key, key_size);
    for (size_t i = 0; i < sizeof(inner); i++) {
        outer[i] = inner[i] ^ 0x5C;
        inner[i] ^= 0x36;
    }
    SHA_CTX context;
    (void)SHA1_Init(&context);
    (void)SHA1_Update(&context, inner, sizeof(inner));
    (void)SHA1_Update(&context, bytes, size);
    (void)SHA1_Final(digest, &context);
    (void)SHA1_Init(&context);
    (void)SHA1_Update(&context, outer, sizeof(outer));
    (void)SHA1_Update(&context, digest, SHA1_BYTES);
    (void)SHA1_Final(digest, &context);
}

const char *base64url_encode(struct arena *arena, const void *bytes, size_t size) {
    const unsigned char *in = bytes;
    char *text = arena_take_array(arena, size / 3 + 2, 4);
    char *out = text;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)in[i] << 16;
        three |= i + 1 < size ? (uint32_t)in[i + 1] << 8 : 0;
        three |= i + 2 < size ? in[i + 2] : 0;
        *out++ = alphabet[three >> 18];
        *out++ = alphabet[three >> 12 & 63];
        if (i + 1 < size)
            *out++ = alphabet[three >> 6 & 63];
        if (i + 2 < size)
            *out++ = alphabet[three & 63];
    }
    *out = '\0';
    return text;
}

const char *base64url_decode(struct arena *arena, const char *text, size_t *size) {
    size_t length = strlen(text);
    if (length % 4 == 1)
        return NULL;
    unsigned char *bytes = arena_take(arena, length / 4 * 3 + 3);
    size_t count = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < length; i++) {
        const char *found = strchr(alphabet, text[i]);
        if (!found)
            return NULL;
        bits = bits << 6 | (uint32_t)(found - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[count++] = (unsigned char)(bits >> held);
            bits &= (UINT32_C(1) << held) - 1;
        }
    }
    if (bits)
        return NULL;
    bytes[count] = '\0';
    *size = count;
    return (const char *)bytes;
}
