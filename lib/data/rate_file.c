/* The generic cell rate algorithm: a bucket is the moment at which it is full again, and each thing that is
 * taken moves that by its share of a minute. */
#include "data/rate_file.h"

#include "data/side_file.h"

#include <sys/types.h>
#include <unistd.h>

/* People beyond are not bounded: 8 MiB are enough for a list of them. */
enum { MOST_IDS = 1024 * 1024, MINUTE_US = 60 * 1000 * 1000, SECOND_US = 1000 * 1000 };

int rate_file_open(const char *database) {
    return side_file_open(database, "-rates");
}

bool rate_file_take(int file, int64_t id, int64_t now, int64_t a_minute, int64_t *wait_s) {
    if (file < 0 || id <= 0 || id >= MOST_IDS)
        return true;
    const int64_t now_us = now * SECOND_US;
    const int64_t share_us = MINUTE_US / a_minute;
    const int64_t bucket_us = (int64_t)RATE_BUCKET_MINUTES * MINUTE_US;
    const off_t place = (off_t)(id * (int64_t)sizeof(int64_t));
    int64_t full_at_us = 0;
    /* Nothing yet, or the clock was set back: a full bucket. */
    if (pread(file, &full_at_us, sizeof(full_at_us), place) != (ssize_t)sizeof(full_at_us) ||
        full_at_us < now_us || full_at_us > now_us + bucket_us)
        full_at_us = now_us;
    full_at_us += share_us;
    if (full_at_us > now_us + bucket_us) {
        *wait_s = (full_at_us - now_us - bucket_us + SECOND_US - 1) / SECOND_US;
        return false;
    }
    (void)!pwrite(file, &full_at_us, sizeof(full_at_us), place);
    return true;
}
