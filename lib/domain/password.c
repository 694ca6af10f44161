#include "domain/password.h"

#include "base/random.h"

#include <argon2.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MEMORY_KIB = 19456, PASSES = 2, LANES = 1, SALT_BYTES = 16, HASH_BYTES = 32 };

enum { KEPT_BYTES = 32 * 1024 * 1024 }; /* the most that mallopt(3) takes */

/* What verification may be made to spend by a hash read back from the database. */
enum { MOST_MEMORY_KIB = 65536, MOST_PASSES = 8, MOST_LANES = 4 };

/* To have the 19 MiB of a hash from the system anew each time costs a quarter of its time in page faults.
 * They stay with the process, which gives them back when it comes to rest (lib/http/fastcgi.c). */
static void keep_memory(void) {
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

const char *password_hash(struct arena *arena, const char *password) {
    keep_memory();
    unsigned char salt[SALT_BYTES];
    random_fill(salt, sizeof(salt));
    size_t size = argon2_encodedlen(PASSES, MEMORY_KIB, LANES, SALT_BYTES, HASH_BYTES, Argon2_id);
    char *encoded = arena_take(arena, size + 1);
    int failed = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password, strlen(password), salt,
                                       sizeof(salt), HASH_BYTES, encoded, size + 1);
    return failed ? NULL : encoded;
}

static bool is_affordable(const char *hash) {
    unsigned memory = 0;
    unsigned passes = 0;
    unsigned lanes = 0;
    /* Nine digits fit an unsigned. */
    return sscanf(hash, /* NOLINT(cert-err34-c) */
                  "$argon2id$v=19$m=%9u,t=%9u,p=%9u$", &memory, &passes, &lanes) == 3 &&
           memory <= MOST_MEMORY_KIB && passes <= MOST_PASSES && lanes <= MOST_LANES;
}

bool password_matches(const char *hash, const char *password) {
    /* The hash of a random text that nobody kept, with the parameters above. */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$ahRGy6ZhepaUqs+mUI8DjA$"
                                 "HuWjF873QlWDbWsF/Rx3ZJIx6epmwznZxRkp9B4PqDs";
    keep_memory();
    bool is_known = hash && is_affordable(hash);
    int result = argon2id_verify(is_known ? hash : nobody, password, strlen(password));
    return is_known && result == ARGON2_OK;
}
