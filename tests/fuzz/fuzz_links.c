/* Tokens of links, return paths of mails and the file of keys: nothing that was not signed is taken, and no
 * line that is not whole is a key. */
#include "fuzz.h"

#include "domain/return_path.h"
#include "domain/unsubscribe.h"

#include <stdio.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static int file = -1;
    const struct signer signer = {.keys = {.keys = {{1, 2, 3}}, .count = 1}};
    struct fuzz_input input = {bytes, bytes + size};
    struct arena *arena = arena_new();
    char *token = fuzz_text(&input);
    char *address = fuzz_text(&input);

    struct unsubscribe found = {-1, -1};
    if (unsubscribe_read(&signer, arena, token, &found) == OUTCOME_OK) {
        const char *made = unsubscribe_token(arena, &signer, &found);
        PROMISE(strcasecmp(strrchr(made, '.'), strrchr(token, '.')) == 0);
    } else {
        PROMISE(found.user_id == -1 && found.task_id == -1);
    }
    int64_t id = return_path_read(arena, &signer, address);
    PROMISE(id >= 0);
    if (id) {
        const char *made = return_path_make(arena, &signer, "b@c", id);
        PROMISE(strncasecmp(strchr(made, '.'), strrchr(address, '+') + strcspn(strrchr(address, '+'), "."),
                            33) == 0);
    }

    if (file < 0)
        file = memfd_create("keys", MFD_CLOEXEC);
    size_t left = (size_t)(input.end - input.at);
    PROMISE(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, input.at, left, 0) == (ssize_t)left);
    struct key_file_keys keys = {.count = 77};
    if (key_file_read(file, 1000000000, &keys))
        PROMISE(keys.count >= 1 && keys.count <= KEY_FILE_MOST_KEYS);
    else
        PROMISE(keys.count == 77);
    arena_free(arena);
    free(token);
    free(address);
    return 0;
}
