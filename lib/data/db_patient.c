#include "data/db.h"

#include "base/clock.h"

#include <time.h>

enum { PATIENCE_S = 15, MOMENT_MS = 100 };

enum db_open_result db_open_patiently(const struct db_options *options, struct arena *arena,
                                      struct db **opened, const char **error) {
    const struct timespec moment = {.tv_nsec = MOMENT_MS * 1000000L};
    const int64_t until_ns = clock_monotonic_ns() + (int64_t)PATIENCE_S * 1000000000;
    enum db_open_result result = db_open(options, arena, opened, error);
    while ((result == DB_OLDER || result == DB_NEWER) && clock_monotonic_ns() < until_ns) {
        (void)nanosleep(&moment, NULL);
        result = db_open(options, arena, opened, error);
    }
    return result;
}
