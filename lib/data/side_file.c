#include "data/side_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int side_file_open(const char *database, const char *suffix) {
    char path[4096];
    int size = snprintf(path, sizeof(path), "%s%s", database, suffix);
    if (size < 0 || (size_t)size >= sizeof(path))
        return -1;
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
}

void side_file_close(int file) {
    if (file >= 0)
        (void)close(file);
}
