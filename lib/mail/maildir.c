#include "mail/maildir.h"

#include "base/buffer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct letter_result retry(const char *what) {
    struct letter_result result = {.state = LETTER_RETRY};
    (void)snprintf(result.text, sizeof(result.text), "%s: %s", what, strerror(errno));
    return result;
}

/* A name for files: what is not a letter, digit, dot or dash becomes "_"; ":" would begin the flags of a
 * maildir. */
static const char *file_name(struct arena *arena, const char *message_id) {
    char *name = arena_copy(arena, message_id);
    for (char *c = name; *c; c++) {
        bool is_good = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                       (*c == '.' && c != name) || *c == '-';
        if (!is_good)
            *c = '_';
    }
    return name;
}

static bool sync_directory(const char *path) {
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return good;
}

/* A directory that was just made is durable when the one it stands in is. */
static bool make_directories(struct arena *arena, const char *directory) {
    static const char *const parts[] = {"", "/tmp", "/new", "/cur"};
    bool is_new = false;
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (mkdir(arena_print(arena, "%s%s", directory, parts[i]), 0700) == 0)
            is_new = true;
        else if (errno != EEXIST)
            return false;
    }
    return !is_new || (sync_directory(directory) && sync_directory(arena_print(arena, "%s/..", directory)));
}

/* A mail reader moves a mail from new/ to cur/ and adds flags behind a colon, some a size behind a comma. */
static bool is_read(struct arena *arena, const char *directory, const char *name) {
    DIR *cur = opendir(arena_print(arena, "%s/cur", directory));
    if (!cur)
        return false;
    size_t size = strlen(name);
    bool found = false;
    const struct dirent *entry;
    /* cppcheck-suppress readdirCalled ; there are no threads */
    while (!found && (entry = readdir(cur)) != NULL)
        found = strncmp(entry->d_name, name, size) == 0 && strchr(":,", entry->d_name[size]) != NULL;
    (void)closedir(cur);
    return found;
}

static bool is_there(struct arena *arena, const char *directory, const char *name) {
    return access(arena_print(arena, "%s/new/%s", directory, name), F_OK) == 0 ||
           is_read(arena, directory, name);
}

/* Never over another mail: one of this name is this mail, put there meanwhile. */
static bool move(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EEXIST)
        return unlink(from) == 0;
    /* Some network file systems do not know the flag. */
    return errno == EINVAL && rename(from, to) == 0;
}

/* A mailbox file has plain newlines. */
static struct buffer with_newlines(struct arena *arena, const struct letter *letter) {
    struct buffer out = buffer_new(arena, letter->size);
    for (size_t i = 0; i < letter->size; i++)
        if (letter->bytes[i] != '\r')
            buffer_add_char(&out, letter->bytes[i]);
    return out;
}

static bool write_durably(const char *path, const struct buffer *bytes) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return false;
    size_t done = 0;
    bool good = true;
    while (good && done < bytes->size) {
        ssize_t wrote = write(descriptor, bytes->data + done, bytes->size - done);
        good = wrote > 0 || (wrote < 0 && errno == EINTR);
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    good = good && fsync(descriptor) == 0;
    return close(descriptor) == 0 && good;
}

struct letter_result maildir_deliver(struct arena *arena, const char *directory,
                                     const struct letter *letter) {
    const char *name = file_name(arena, letter->message_id);
    const char *in_tmp = arena_print(arena, "%s/tmp/%s", directory, name);
    const char *in_new = arena_print(arena, "%s/new/%s", directory, name);
    if (!make_directories(arena, directory))
        return retry(directory);
    if (!is_there(arena, directory, name)) {
        struct buffer bytes = with_newlines(arena, letter);
        if (!write_durably(in_tmp, &bytes) || !move(in_tmp, in_new))
            return retry(in_tmp);
    }
    /* Also when it was there: the try that moved it may have ended before this. */
    if (!sync_directory(arena_print(arena, "%s/new", directory)))
        return retry(in_new);
    return (struct letter_result){.state = LETTER_SENT};
}
