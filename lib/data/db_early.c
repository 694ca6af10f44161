#include "data/db_early.h"

#include "data/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A process has one database that it writes. */
static struct {
    char path[PATH_MAX]; /* as SQLite names it: absolute, without links */
    int descriptor;
} the_directory = {.descriptor = -1};

/* In place of SQLite's own, whose contract it keeps: a descriptor that the caller closes. */
static int give_directory(const char *file, int *descriptor) {
    const char *slash = strrchr(file, '/');
    size_t size = slash ? (size_t)(slash - file) : 0;
    bool is_known = the_directory.descriptor >= 0 && strlen(the_directory.path) == size &&
                    memcmp(the_directory.path, file, size) == 0;
    if (is_known) {
        *descriptor = fcntl(the_directory.descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    } else {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof(path), "%.*s", (int)size, file);
        *descriptor = open(size ? path : slash ? "/" : ".", O_RDONLY | O_CLOEXEC);
    }
    return *descriptor >= 0 ? SQLITE_OK : SQLITE_CANTOPEN;
}

bool early_open(const char *database_path) {
    char byte = 0;
    sqlite3_randomness(sizeof(byte), &byte);
    if (the_directory.descriptor >= 0)
        return true;
    if (!realpath(database_path, the_directory.path))
        return false;
    *strrchr(the_directory.path, '/') = '\0';
    sqlite3_vfs *files = sqlite3_vfs_find(NULL);
    the_directory.descriptor =
        open(*the_directory.path ? the_directory.path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return the_directory.descriptor >= 0 &&
           files->xSetSystemCall(files, "openDirectory", (sqlite3_syscall_ptr)give_directory) == SQLITE_OK;
}
