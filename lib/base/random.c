#include "base/random.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static _Noreturn void end_without(const char *what) {
    (void)fprintf(stderr, "pumasi: libcrypto has no %s, this process ends\n", what);
    exit(EXIT_FAILURE);
}

void random_prepare(void) {
    unsigned char bytes[SHA256_BYTES];
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
        end_without("beginning");
    random_fill(bytes, sizeof(bytes));
    sha256(bytes, sizeof(bytes), bytes);
}

void random_fill(void *bytes, size_t size) {
    if (size > INT32_MAX || RAND_bytes(bytes, (int)size) != 1)
        end_without("random bytes");
}

const char *random_token(struct arena *arena) {
    unsigned char bytes[32];
    random_fill(bytes, sizeof(bytes));
    return base64url_encode(arena, bytes, sizeof(bytes));
}

void sha256(const void *bytes, size_t size, unsigned char digest[SHA256_BYTES]) {
    if (EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL) != 1)
        end_without("SHA-256");
}

void hmac_sha256(const void *key, size_t key_size, const void *bytes, size_t size,
                 unsigned char digest[SHA256_BYTES]) {
    if (key_size > INT32_MAX || !HMAC(EVP_sha256(), key, (int)key_size, bytes, size, digest, NULL))
        end_without("HMAC-SHA-256");
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
