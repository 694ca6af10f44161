#include "domain/signature.h"

#include "base/random.h"

#include <openssl/crypto.h>
#include <string.h>

enum { SIGNATURE_BYTES = 16 };

DB_QUERY(SETTING_SECRET, "SELECT value FROM setting WHERE key = 'secret'");

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False unless `text` is `size` bytes in hexadecimal digits and nothing more. */
static bool read_hex(const char *text, unsigned char *bytes, size_t size) {
    if (strlen(text) != size * 2)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[i * 2]);
        int low = digit(text[i * 2 + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

enum outcome signer_read(struct db *db, struct signer *signer) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &SETTING_SECRET, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    bool good = result == DB_ROW && read_hex(db_peek_text(rows, 0).text, signer->key, sizeof(signer->key));
    db_finish(rows);
    if (result == DB_ROW || result == DB_END)
        return good ? OUTCOME_OK : OUTCOME_FAILED;
    return outcome_of(result);
}

static void sign(const struct signer *signer, const char *purpose, const char *text,
                 unsigned char digest[SHA256_BYTES]) {
    /* A key for each purpose: no choice of words makes two of them meet. */
    unsigned char key[SHA256_BYTES];
    hmac_sha256(signer->key, sizeof(signer->key), purpose, strlen(purpose), key);
    hmac_sha256(key, sizeof(key), text, strlen(text), digest);
}

const char *signature_make(struct arena *arena, const struct signer *signer, const char *purpose,
                           const char *text) {
    unsigned char digest[SHA256_BYTES];
    sign(signer, purpose, text, digest);
    char *hex = arena_take(arena, SIGNATURE_BYTES * 2 + 1);
    for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
        hex[i * 2] = "0123456789abcdef"[digest[i] >> 4];
        hex[i * 2 + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    return hex;
}

const char *signature_token(struct arena *arena, const struct signer *signer, const char *purpose,
                            const char *text) {
    unsigned char digest[SHA256_BYTES];
    sign(signer, purpose, text, digest);
    return base64url_encode(arena, digest, sizeof(digest));
}

bool signature_is_good(const struct signer *signer, const char *purpose, const char *text,
                       const char *signature) {
    unsigned char digest[SHA256_BYTES];
    unsigned char given[SIGNATURE_BYTES];
    sign(signer, purpose, text, digest);
    return read_hex(signature, given, sizeof(given)) && CRYPTO_memcmp(given, digest, sizeof(given)) == 0;
}
