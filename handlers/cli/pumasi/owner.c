/*
 * What root types works as the user whom the database belongs to. Else it would leave files of root's beside
 * the database, which the functions could not open: keys, locks, a whole database after `restore`.
 */
#include "command.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool become_owner(struct command_line *line) {
    const char *database = line->config->database;
    struct stat status;
    if (geteuid() != 0)
        return true;
    /* Of one that is yet to be made, who owns its folder will own it. */
    if (stat(database, &status) != 0 && stat(dirname(arena_copy(line->arena, database)), &status) != 0)
        return true;
    if (status.st_uid == 0)
        return true;
    enum { ENTRY_BYTES = 4096 };
    struct passwd entry;
    struct passwd *owner = NULL; /* one without a name is a number alone */
    (void)!getpwuid_r(status.st_uid, &entry, arena_take(line->arena, ENTRY_BYTES), ENTRY_BYTES, &owner);
    bool good = setgroups(0, NULL) == 0 && (!owner || initgroups(owner->pw_name, owner->pw_gid) == 0) &&
                setgid(owner ? owner->pw_gid : status.st_gid) == 0 && setuid(status.st_uid) == 0 &&
                (!owner || setenv("HOME", owner->pw_dir, 1) == 0);
    if (!good)
        (void)fail("cannot become the user whom %s belongs to: %s", database, strerror(errno));
    return good;
}
