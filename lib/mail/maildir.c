#include "mail/maildir.h"

#include "base/buffer.h"

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

static bool make_directories(struct arena *arena, const char *directory) {
    static const char *const parts[] = {"", "/tmp", "/new", "/cur"};
    for (size_t i = 0; i < COUNT(parts); i++)
        if (mkdir(arena_print(arena, "%s%s", directory, parts[i]), 0700) != 0 && errno != EEXIST)
            return false;
    return true;
}

/* A mail reader moves a mail from new/ to cur/ and adds flags behind a colon. */
static bool is_there(struct arena *arena, const char *directory, const char *name) {
    static const char *const flags[] = {":2,", ":2,S", ":2,RS", ":2,FS"};
    if (access(arena_print(arena, "%s/new/%s", directory, name), F_OK) == 0)
        return true;
    for (size_t i = 0; i < COUNT(flags); i++)
        if (access(arena_print(arena, "%s/cur/%s%s", directory, name, flags[i]), F_OK) == 0)
            return true;
    return false;
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

static bool sync_directory(const char *path) {
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return good;
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
        if (!write_durably(in_tmp, &bytes) || rename(in_tmp, in_new) != 0)
            return retry(in_tmp);
    }
    /* Also when it was there: the try that moved it may have ended before this. */
    if (!sync_directory(arena_print(arena, "%s/new", directory)))
        return retry(in_new);
    return (struct letter_result){.state = LETTER_SENT};
}
