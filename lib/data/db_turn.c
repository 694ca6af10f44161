#include "data/db_turn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int turn_open(const char *database_path) {
    char path[PATH_MAX];
    int size = snprintf(path, sizeof(path), "%s-turn", database_path);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
}

/* The place of who comes next: a lock on the file's first byte, which flock knows nothing of. */
static bool set_next(int turn, short type, int how) {
    struct flock place = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
    while (fcntl(turn, how, &place) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

/* Who gives the turn and wants it again at once would have it before those who wait have woken up. So there
 * is a queue: only the next one waits for the turn, and the others for that place. */
bool turn_take(int turn) {
    if (!set_next(turn, F_WRLCK, F_OFD_SETLKW))
        return false;
    bool taken = true;
    while (taken && flock(turn, LOCK_EX) != 0)
        taken = errno == EINTR;
    return set_next(turn, F_UNLCK, F_OFD_SETLK) && taken;
}

void turn_give(int turn) {
    (void)flock(turn, LOCK_UN);
}
