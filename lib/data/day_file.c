#include "data/day_file.h"

#include "data/side_file.h"

#include <sys/types.h>
#include <unistd.h>

/* Ids beyond are not noted: 64 MiB are enough for a list of tokens. */
enum { MOST_IDS = 16 * 1024 * 1024 };

int day_file_open(const char *database) {
    return side_file_open(database, "-days");
}

static bool is_kept(int file, int64_t id) {
    return file >= 0 && id > 0 && id < MOST_IDS;
}

int64_t day_file_get(int file, int64_t id) {
    uint32_t day = 0;
    if (!is_kept(file, id) ||
        pread(file, &day, sizeof(day), (off_t)(id * (int64_t)sizeof(day))) != (ssize_t)sizeof(day))
        return 0;
    return day;
}

void day_file_note(int file, int64_t id, int64_t day) {
    const uint32_t value = (uint32_t)day;
    if (is_kept(file, id) && day_file_get(file, id) != day)
        (void)!pwrite(file, &value, sizeof(value), (off_t)(id * (int64_t)sizeof(value)));
}
