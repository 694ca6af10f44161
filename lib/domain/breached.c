#include "domain/breached.h"

#include "base/random.h"

enum { KEPT_BYTES = 6 };

bool breached_has(const char *password, size_t size) {
    unsigned char digest[SHA256_BYTES];
    sha256(password, size, digest);
    uint64_t wanted = 0;
    for (size_t i = 0; i < KEPT_BYTES; i++)
        wanted = wanted << 8 | digest[i];
    size_t first = 0;
    size_t end = BREACHED_COUNT;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (BREACHED_HASHES[middle] == wanted)
            return true;
        if (BREACHED_HASHES[middle] < wanted)
            first = middle + 1;
        else
            end = middle;
    }
    return false;
}
