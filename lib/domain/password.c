#include "domain/password.h"

#include "base/letter_case.h"
#include "base/random.h"
#include "base/utf8.h"
#include "domain/breached.h"

#include <argon2.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

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

/* Valid UTF-8 in, valid UTF-8 out. */
static const char *composed(struct arena *arena, const char *text) {
    const utf8proc_option_t form = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t size = (utf8proc_ssize_t)strlen(text);
    utf8proc_ssize_t count = utf8proc_decompose(bytes, size, NULL, 0, form);
    if (count <= 0)
        return text;
    /* One more: reencode writes UTF-8 over the characters and ends it with NUL. */
    utf8proc_int32_t *characters = arena_take_array(arena, (size_t)count + 1, sizeof(*characters));
    count = utf8proc_decompose(bytes, size, characters, count, form);
    utf8proc_ssize_t written = count > 0 ? utf8proc_reencode(characters, count, form) : 0;
    return written > 0 ? (const char *)characters : text;
}

static const char *lowered(struct arena *arena, const char *text) {
    size_t size = strlen(text);
    const char *end = text + size;
    char *small = arena_take(arena, size * 4 + 1);
    char *out = small;
    while (text < end) {
        int32_t character = utf8_next(&text, end);
        if (character < 0) /* never where text was checked */
            break;
        out += utf8_put(out, letter_small(character));
    }
    *out = '\0';
    return small;
}

/* The product's names, in small letters: whoever guesses at a Pumasi tries them first (ASVS 6.1.2, 6.2.11).
 */
static const char *const product_words[] = {"pumasi", "poomasi", "품앗이"};

/* What is left without digits and signs at both ends: "pumasi2026!!" is "pumasi". */
static const char *core_of(struct arena *arena, const char *password) {
    static const char around[] = "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    password += strspn(password, around);
    size_t size = strlen(password);
    while (size && strchr(around, password[size - 1]))
        size--;
    return arena_copy_bytes(arena, password, size);
}

static bool is_product(const char *core) {
    for (size_t i = 0; i < COUNT(product_words); i++)
        if (strcmp(core, product_words[i]) == 0)
            return true;
    return false;
}

static bool is_own(struct arena *arena, const char *password, const char *email, const char *name) {
    const char *small_email = lowered(arena, email);
    if (strcmp(password, lowered(arena, composed(arena, name))) == 0 || strcmp(password, small_email) == 0)
        return true;
    size_t local = strcspn(small_email, "@");
    if (strlen(password) == local && memcmp(password, small_email, local) == 0)
        return true;
    /* "seo.minjeong+tasks": each word of it. */
    for (size_t first = 0; first < local;) {
        size_t size = strcspn(small_email + first, "._+-@");
        if (strlen(password) == size && memcmp(password, small_email + first, size) == 0)
            return true;
        first += size + 1;
    }
    return false;
}

enum password_fault password_check(struct arena *arena, const char *password, const char *email,
                                   const char *name) {
    const char *normal = composed(arena, password);
    size_t count = utf8_count(normal, strlen(normal));
    if (count < PASSWORD_LEAST)
        return PASSWORD_TOO_SHORT;
    if (count > PASSWORD_MOST)
        return PASSWORD_TOO_LONG;
    const char *small = lowered(arena, normal);
    const char *core = core_of(arena, small);
    if (is_own(arena, small, email, name) || (*core && is_own(arena, core, email, name)))
        return PASSWORD_OWN;
    return is_product(core) || breached_has(small, strlen(small)) ? PASSWORD_BREACHED : PASSWORD_GOOD;
}

const char *password_hash(struct arena *arena, const char *password) {
    keep_memory();
    const char *normal = composed(arena, password);
    unsigned char salt[SALT_BYTES];
    random_fill(salt, sizeof(salt));
    size_t size = argon2_encodedlen(PASSES, MEMORY_KIB, LANES, SALT_BYTES, HASH_BYTES, Argon2_id);
    char *encoded = arena_take(arena, size + 1);
    int failed = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, normal, strlen(normal), salt, sizeof(salt),
                                       HASH_BYTES, encoded, size + 1);
    return failed ? NULL : encoded;
}

struct cost {
    unsigned memory_kib;
    unsigned passes;
    unsigned lanes;
};

static bool read_cost(const char *hash, struct cost *cost) {
    /* Nine digits fit an unsigned. */
    return sscanf(hash, /* NOLINT(cert-err34-c) */
                  "$argon2id$v=19$m=%9u,t=%9u,p=%9u$", &cost->memory_kib, &cost->passes, &cost->lanes) == 3;
}

static bool is_affordable(const char *hash) {
    struct cost cost = {0};
    return read_cost(hash, &cost) && cost.memory_kib <= MOST_MEMORY_KIB && cost.passes <= MOST_PASSES &&
           cost.lanes <= MOST_LANES;
}

bool password_matches(struct arena *arena, const char *hash, const char *password) {
    /* The hash of a random text that nobody kept, with the parameters above. */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$ahRGy6ZhepaUqs+mUI8DjA$"
                                 "HuWjF873QlWDbWsF/Rx3ZJIx6epmwznZxRkp9B4PqDs";
    keep_memory();
    const char *normal = composed(arena, password);
    bool is_known = hash && is_affordable(hash);
    int result = argon2id_verify(is_known ? hash : nobody, normal, strlen(normal));
    return is_known && result == ARGON2_OK;
}

bool password_is_dated(const char *hash) {
    struct cost cost = {0};
    /* OWASP trades memory for passes: what an attacker pays is their product. */
    return !read_cost(hash, &cost) || (uint64_t)cost.memory_kib * cost.passes < (uint64_t)MEMORY_KIB * PASSES;
}
