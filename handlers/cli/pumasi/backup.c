/* `pumasi backup` and `pumasi restore`. */
#include "command.h"

#include "base/clock.h"
#include "data/backup.h"

#include <dirent.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEEP = 14, MOST_KEEP = 10000 };
#define NAME_START "pumasi-"

/* Names of one folder sort by their time. */
static const char *name_of_now(struct arena *arena) {
    char day[CLOCK_DAY_BYTES];
    int64_t now = clock_now();
    clock_write_day(now, day);
    int64_t second = now % DAY_S;
    return arena_print(arena, NAME_START "%s-%02d%02d%02d.db", day, (int)(second / 3600),
                       (int)(second / 60 % 60), (int)(second % 60));
}

/* A public key of age ("age1...", "ssh-...") or else whatever gpg knows somebody by. NULL: it failed, which
 * the program itself has said. */
static const char *encrypt(struct command_line *line, const char *plain, const char *whom) {
    bool is_age = strncmp(whom, "age1", 4) == 0 || strncmp(whom, "ssh-", 4) == 0;
    const char *secret = arena_print(line->arena, "%s.%s", plain, is_age ? "age" : "gpg");
    const char *age[] = {"age", "-r", whom, "-o", secret, "--", plain, NULL};
    const char *gpg[] = {"gpg",      "--batch", "--trust-model", "always", "--recipient", whom,
                         "--output", secret,    "--encrypt",     "--",     plain,         NULL};
    const char **words = is_age ? age : gpg;
    pid_t child = 0;
    int status = 0;
    int error = posix_spawnp(&child, words[0], NULL, NULL, (char *const *)(void *)words, environ);
    if (error) {
        (void)fail("%s: %s; install it to encrypt backups", words[0], strerror(error));
        return NULL;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return NULL;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)unlink(secret);
        (void)fail("%s could not encrypt the backup", words[0]);
        return NULL;
    }
    return secret;
}

/* A file's bytes into a new one that only we can read. */
static bool copy_file(const char *from, const char *to) {
    char bytes[4096];
    mode_t mask = umask(0077);
    FILE *in = fopen(from, "re");
    FILE *out = in ? fopen(to, "wxe") : NULL;
    (void)umask(mask);
    bool good = out;
    for (size_t size; good && (size = fread(bytes, 1, sizeof(bytes), in)) > 0;)
        good = fwrite(bytes, 1, size, out) == size;
    good = good && !ferror(in) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (in)
        (void)fclose(in);
    if (out && fclose(out) != 0)
        good = false;
    return good;
}

static const char *keys_beside(struct arena *arena, const char *path) {
    return arena_print(arena, "%s-keys", path);
}

/*
 * One file, encrypted where that is asked; NULL where it could not be, which has been said. The keys are a
 * file of their own beside it: in the clear only where that was asked, since who has both can sign links
 * (ASVS 13.3.1).
 */
static const char *make_one(struct command_line *line, const char *path, bool has_keys, const char *whom) {
    const char *error = NULL;
    if (!backup_make(line->config->database, path, line->arena, &error)) {
        (void)fail("%s", error);
        return NULL;
    }
    const char *keys = keys_beside(line->arena, path);
    if (has_keys && !copy_file(line->config->link_keys, keys)) {
        (void)fail("%s: %s; the keys of links are not in this backup", keys, strerror(errno));
        return NULL;
    }
    if (!whom)
        return path;
    const char *secret = encrypt(line, path, whom);
    if (has_keys && secret && !encrypt(line, keys, whom))
        secret = NULL;
    (void)unlink(path);
    (void)unlink(keys);
    return secret;
}

static int is_backup(const struct dirent *entry) {
    return strncmp(entry->d_name, NAME_START, strlen(NAME_START)) == 0 && strstr(entry->d_name, ".db") &&
           !strstr(entry->d_name, ".part");
}

/* The time in a name; the files of one backup share it. */
static size_t stem(const char *name) {
    return (size_t)(strstr(name, ".db") - name);
}

/* The latest `keep` stay. */
static bool remove_old(struct command_line *line, const char *folder, int64_t keep) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_backup, alphasort);
    bool good = count >= 0;
    const char *last = "";
    for (int i = count - 1; i >= 0; i--) {
        const char *name = entries[i]->d_name;
        if (stem(name) != strlen(last) || strncmp(name, last, stem(name)) != 0) {
            last = arena_print(line->arena, "%.*s", (int)stem(name), name);
            keep--;
        }
        if (keep < 0 && unlink(arena_print(line->arena, "%s/%s", folder, name)) != 0)
            good = false;
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free((void *)entries);
    return good;
}

int run_backup(struct command_line *line) {
    int64_t keep = 0;
    const char *folder = take_option(line, "--dir");
    const char *whom = take_option(line, "--encrypt-to");
    bool has_keys = take_flag(line, "--with-keys") || whom;
    if (!take_number(line, "--keep", 1, MOST_KEEP, KEEP, &keep))
        return EXIT_USAGE;
    if (line->count != (folder ? 0 : 1) || (whom && *whom == '-'))
        return fail_usage(line);
    const char *path =
        folder ? arena_print(line->arena, "%s/%s", folder, name_of_now(line->arena)) : line->words[0];
    if (folder && mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail("%s: %s", folder, strerror(errno));
    const char *made = make_one(line, path, has_keys, whom);
    if (!made)
        return EXIT_FAILURE;
    struct stat status;
    if (stat(made, &status) != 0)
        return fail("%s: %s", made, strerror(errno));
    buffer_print(&line->out, "%s: %lld bytes, checked\n", made, (long long)status.st_size);
    if (folder && !remove_old(line, folder, keep))
        return fail("%s: %s; older backups stay", folder, strerror(errno));
    return EXIT_SUCCESS;
}

/* What is not a whole database cannot be copied as one: its files are put aside as they are. */
static bool put_aside(struct command_line *line, const char *aside) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT(ends); i++)
        if (rename(arena_print(line->arena, "%s%s", line->config->database, ends[i]),
                   arena_print(line->arena, "%s%s", aside, ends[i])) != 0 &&
            (i == 0 || errno != ENOENT))
            return false;
    return true;
}

int run_restore(struct command_line *line) {
    const char *error = NULL;
    const char *database = line->config->database;
    bool replaces = take_flag(line, "--replace");
    if (line->count != 1)
        return fail_usage(line);
    const char *copy = line->words[0];
    size_t size = strlen(copy);
    if (size > 4 && (strcmp(copy + size - 4, ".age") == 0 || strcmp(copy + size - 4, ".gpg") == 0))
        return fail("%s is encrypted; decrypt it first: %s", copy,
                    copy[size - 1] == 'e' ? "age -d -i YOUR_KEY -o FILE ..." : "gpg -o FILE -d ...");
    if (!backup_check(copy, line->arena, &error))
        return fail("%s", error);
    bool is_there = access(database, F_OK) == 0;
    if (is_there && !replaces)
        return fail(
            "%s is there; --replace puts the backup in its place and keeps what it replaces beside it",
            database);
    if (is_there) {
        const char *aside =
            arena_print(line->arena, "%s-before-%s", database, name_of_now(line->arena) + strlen(NAME_START));
        if (backup_make(database, aside, line->arena, &error)) {
            buffer_print(&line->out, "%s: what was there before\n", aside);
        } else {
            (void)fail("%s", error);
            if (!put_aside(line, aside))
                return fail("%s: %s; nothing was changed", aside, strerror(errno));
            buffer_print(
                &line->out,
                "%s: what was there before, as it was; start the functions anew (SIGHUP), they have it open\n",
                aside);
        }
    }
    if (!backup_restore(copy, database, line->arena, &error))
        return fail("%s", error);
    const char *keys = keys_beside(line->arena, copy);
    if (access(line->config->link_keys, F_OK) != 0 && access(keys, F_OK) == 0 &&
        !copy_file(keys, line->config->link_keys))
        return fail("%s: %s; the database is restored, the keys of links are not", line->config->link_keys,
                    strerror(errno));
    buffer_print(&line->out, "%s: restored from %s; everybody signs in anew\n", database, copy);
    return EXIT_SUCCESS;
}
