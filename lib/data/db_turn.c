#include "data/db_turn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>

int turn_open(const char *database_path) {
    char path[PATH_MAX];
    int size = snprintf(path, sizeof(path), "%s-turn", database_path);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
}

bool turn_take(int turn) {
    while (flock(turn, LOCK_EX) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

void turn_give(int turn) {
    (void)flock(turn, LOCK_UN);
}
