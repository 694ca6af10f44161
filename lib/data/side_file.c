#include "data/side_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool name_file(char path[PATH_MAX], const char *database, const char *suffix) {
    int size = snprintf(path, PATH_MAX, "%s%s", database, suffix);
    return size > 0 && size < PATH_MAX;
}

int side_file_open(const char *database, const char *suffix) {
    char path[PATH_MAX];
    return name_file(path, database, suffix)
               ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)
               : -1;
}

bool side_file_remove(const char *database, const char *suffix) {
    char path[PATH_MAX];
    return name_file(path, database, suffix) && unlink(path) == 0;
}

void side_file_close(int file) {
    if (file >= 0)
        (void)close(file);
}
