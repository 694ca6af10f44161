#include "domain/totp.h"

#include "base/percent.h"
#include "base/random.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

void totp_code(const unsigned char secret[TOTP_SECRET_BYTES], int64_t step, char code[TOTP_DIGITS + 1]) {
    unsigned char counter[8];
    uint64_t number = (uint64_t)step;
    for (size_t i = sizeof(counter); i-- > 0; number >>= 8)
        counter[i] = (unsigned char)number;
    unsigned char digest[SHA1_BYTES];
    hmac_sha1(secret, TOTP_SECRET_BYTES, counter, sizeof(counter), digest);
    /* Dynamic truncation (RFC 4226, 5.3). */
    size_t at = digest[SHA1_BYTES - 1] & 15;
    uint32_t value = (uint32_t)(digest[at] & 0x7F) << 24 | (uint32_t)digest[at + 1] << 16 |
                     (uint32_t)digest[at + 2] << 8 | digest[at + 3];
    for (size_t i = TOTP_DIGITS; i-- > 0; value /= 10)
        code[i] = (char)('0' + value % 10);
    code[TOTP_DIGITS] = '\0';
}

int64_t totp_find_step(const unsigned char secret[TOTP_SECRET_BYTES], int64_t now, int64_t last_step,
                       const char *code) {
    if (strlen(code) != TOTP_DIGITS)
        return -1;
    int64_t step = now / TOTP_STEP_S;
    char own[TOTP_DIGITS + 1];
    totp_code(secret, step, own);
    return CRYPTO_memcmp(own, code, TOTP_DIGITS) == 0 && step > last_step ? step : -1;
}

const char *totp_secret_text(struct arena *arena, const unsigned char secret[TOTP_SECRET_BYTES]) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    /* 20 bytes are 32 characters of five bits: nothing is left over. */
    char *text = arena_take(arena, TOTP_SECRET_BYTES * 8 / 5 + 1);
    char *out = text;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
        bits = bits << 8 | secret[i];
        for (held += 8; held >= 5; held -= 5)
            *out++ = alphabet[bits >> (held - 5) & 31];
    }
    *out = '\0';
    return text;
}

const char *totp_uri(struct arena *arena, const char *secret_text, const char *issuer, const char *account) {
    const char *name = percent_encode(arena, issuer);
    return arena_print(arena, "otpauth://totp/%s:%s?secret=%s&issuer=%s", name,
                       percent_encode(arena, account), secret_text, name);
}
