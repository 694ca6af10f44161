#include "domain/return_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PURPOSE "return path"

const char *return_path_make(struct arena *arena, const struct signer *signer, const char *mailbox,
                             int64_t delivery_id) {
    const char *at = strrchr(mailbox, '@');
    const char *id = arena_print(arena, "%lld", (long long)delivery_id);
    return arena_print(arena, "%.*s+%s.%s%s", (int)(at - mailbox), mailbox, id,
                       signature_make(arena, signer, PURPOSE, id), at);
}

int64_t return_path_read(struct arena *arena, const struct signer *signer, const char *address) {
    const char *at = strrchr(address, '@');
    const char *plus = strrchr(address, '+');
    if (!at || !plus || plus > at || plus[1] < '1' || plus[1] > '9')
        return 0;
    char *end = NULL;
    errno = 0;
    long long id = strtoll(plus + 1, &end, 10);
    if (errno || *end != '.')
        return 0;
    const char *signature = arena_copy_bytes(arena, end + 1, (size_t)(at - end - 1));
    const char *text = arena_print(arena, "%lld", id);
    return signature_is_good(signer, PURPOSE, text, signature) ? (int64_t)id : 0;
}
