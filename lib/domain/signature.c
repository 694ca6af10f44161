#include "domain/signature.h"

#include "base/clock.h"
#include "base/random.h"

#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

enum { SIGNATURE_BYTES = 16 };

DB_QUERY(SETTING_SECRET_IN_USE, "SELECT value FROM setting "
                                "WHERE key = 'secret' AND EXISTS (SELECT 1 FROM delivery)");
DB_QUERY(SETTING_SECRET_DELETE, "DELETE FROM setting WHERE key = 'secret'");

/* Sets *found if links of a key in the database are out. */
static enum db_result find_former(struct db *db, unsigned char key[KEY_FILE_KEY_BYTES], bool *found) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &SETTING_SECRET_IN_USE, &rows, NULL, 0);
    if (result != DB_OK)
        return result;
    result = db_next(rows);
    if (result == DB_ROW) {
        struct span text = db_peek_text(rows, 0);
        *found = key_read_hex(text.text, text.size, key, KEY_FILE_KEY_BYTES);
    }
    db_finish(rows);
    return result == DB_ROW || result == DB_END ? DB_OK : result;
}

/* The file first: whatever ends this early, no key is lost. */
bool signer_make(struct db *db, struct arena *arena, const char *path, const char **error) {
    unsigned char former[KEY_FILE_KEY_BYTES] = {0};
    bool has_former = false;
    enum db_result result = find_former(db, former, &has_former);
    bool good = result == DB_OK && key_file_make(arena, path, clock_now(), has_former ? former : NULL, error);
    explicit_bzero(former, sizeof(former));
    if (result == DB_OK && !good)
        return false;
    if (result == DB_OK)
        result = db_begin_write(db, 0);
    if (result == DB_OK)
        result = db_run_values(db, &SETTING_SECRET_DELETE, NULL, 0);
    if (result == DB_OK)
        result = db_commit(db);
    db_rollback(db);
    if (result != DB_OK)
        *error = arena_print(arena, "taking the key out of the database: %s", db_error(db));
    return result == DB_OK;
}

bool signer_read(struct arena *arena, const char *path, struct signer *signer, const char **error) {
    int descriptor = key_file_open(arena, path, error);
    if (descriptor < 0)
        return false;
    bool good = key_file_read(descriptor, clock_now(), &signer->keys);
    if (!good)
        *error = arena_print(arena, "%s holds no key; `pumasi migrate` makes one", path);
    (void)close(descriptor);
    return good;
}

static void sign(const unsigned char secret[KEY_FILE_KEY_BYTES], const char *purpose, const char *text,
                 unsigned char digest[SHA256_BYTES]) {
    /* A key for each purpose: no choice of words makes two of them meet. */
    unsigned char key[SHA256_BYTES];
    hmac_sha256(secret, KEY_FILE_KEY_BYTES, purpose, strlen(purpose), key);
    hmac_sha256(key, sizeof(key), text, strlen(text), digest);
}

const char *signature_make(struct arena *arena, const struct signer *signer, const char *purpose,
                           const char *text) {
    unsigned char digest[SHA256_BYTES];
    sign(signer->keys.keys[0], purpose, text, digest);
    char *hex = arena_take(arena, SIGNATURE_BYTES * 2 + 1);
    for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
        hex[i * 2] = "0123456789abcdef"[digest[i] >> 4];
        hex[i * 2 + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    return hex;
}

bool signature_is_good(const struct signer *signer, const char *purpose, const char *text,
                       const char *signature) {
    unsigned char given[SIGNATURE_BYTES];
    if (!key_read_hex(signature, strlen(signature), given, sizeof(given)))
        return false;
    bool good = false;
    for (size_t i = 0; i < signer->keys.count; i++) {
        unsigned char digest[SHA256_BYTES];
        sign(signer->keys.keys[i], purpose, text, digest);
        good = (CRYPTO_memcmp(given, digest, sizeof(given)) == 0) | good;
    }
    return good;
}

void signature_derive(const struct signer *signer, const char *purpose, const char *text,
                      unsigned char key[SHA256_BYTES]) {
    sign(signer->keys.first, purpose, text, key);
}
