#include "data/key_file.h"

#include "base/buffer.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FILE_BYTES = 16 * 1024, HEX_DIGITS = KEY_FILE_KEY_BYTES * 2 };

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool key_read_hex(const char *text, size_t text_size, unsigned char *bytes, size_t size) {
    if (text_size != size * 2)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[i * 2]);
        int low = digit(text[i * 2 + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* A whole line without its end; false: it is not one. */
static bool read_line(const char *line, size_t size, int64_t *made_at,
                      unsigned char key[KEY_FILE_KEY_BYTES]) {
    const char *space = memchr(line, ' ', size);
    char *end = NULL;
    if (!space || *line < '0' || *line > '9')
        return false;
    errno = 0;
    *made_at = strtoll(line, &end, 10);
    return !errno && end == space &&
           key_read_hex(space + 1, size - (size_t)(space + 1 - line), key, KEY_FILE_KEY_BYTES);
}

static void add_newest(struct key_file_keys *keys, const unsigned char key[KEY_FILE_KEY_BYTES]) {
    if (keys->count < KEY_FILE_MOST_KEYS)
        keys->count++;
    memmove(keys->keys[1], keys->keys[0], (keys->count - 1) * KEY_FILE_KEY_BYTES);
    memcpy(keys->keys[0], key, KEY_FILE_KEY_BYTES);
}

bool key_file_read(int descriptor, int64_t now, struct key_file_keys *keys) {
    char text[MOST_FILE_BYTES + 1];
    struct key_file_keys found = {.count = 0};
    ssize_t got = pread(descriptor, text, MOST_FILE_BYTES, 0);
    if (got < 0)
        return false;
    text[got] = '\0';
    bool has_first = false;
    for (const char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        int64_t made_at = 0;
        unsigned char key[KEY_FILE_KEY_BYTES];
        if (!read_line(line, (size_t)(end - line), &made_at, key))
            continue;
        if (!has_first)
            memcpy(found.first, key, sizeof(key));
        has_first = true;
        /* This one has followed all before it. */
        if (made_at <= now - KEY_FILE_FORMER_S)
            found.count = 0;
        add_newest(&found, key);
    }
    explicit_bzero(text, sizeof(text));
    if (!found.count)
        return false;
    *keys = found;
    return true;
}

static const char *system_error(struct arena *arena, const char *path) {
    return arena_print(arena, "%s: %s", path, strerror(errno));
}

static bool is_private(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && !(status.st_mode & 0077);
}

static int open_private(struct arena *arena, const char *path, int flags, const char **error) {
    int descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
        *error = errno == ENOENT
                     ? arena_print(arena, "%s: there is no file of keys; `pumasi migrate` makes it", path)
                     : system_error(arena, path);
        return -1;
    }
    if (is_private(descriptor))
        return descriptor;
    *error = arena_print(
        arena, "%s: others may read these keys; run chmod 600 on the file, then `pumasi key rotate`", path);
    (void)close(descriptor);
    return -1;
}

int key_file_open(struct arena *arena, const char *path, const char **error) {
    return open_private(arena, path, O_RDONLY, error);
}

static void add_line(struct buffer *out, int64_t made_at, const unsigned char key[KEY_FILE_KEY_BYTES]) {
    buffer_print(out, "%lld ", (long long)made_at);
    for (size_t i = 0; i < KEY_FILE_KEY_BYTES; i++) {
        buffer_add_char(out, "0123456789abcdef"[key[i] >> 4]);
        buffer_add_char(out, "0123456789abcdef"[key[i] & 15]);
    }
    buffer_add_char(out, '\n');
}

/* The name of a new file is on disk only when its directory is. */
static bool sync_directory(struct arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *directory = !slash          ? "."
                            : slash == path ? "/"
                                            : arena_copy_bytes(arena, path, (size_t)(slash - path));
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return good;
}

static bool append(struct arena *arena, int descriptor, const char *path, const struct buffer *lines,
                   const char **error) {
    struct stat status;
    char last = '\n';
    bool good = fstat(descriptor, &status) == 0 &&
                (!status.st_size || pread(descriptor, &last, 1, status.st_size - 1) == 1);
    if (good && status.st_size + (off_t)lines->size >= MOST_FILE_BYTES) {
        *error = arena_print(arena, "%s: there are too many keys; delete the oldest lines", path);
        return false;
    }
    /* What a torn write has left stays a line of its own, which is none. */
    good = good && (last == '\n' || write(descriptor, "\n", 1) == 1) &&
           write(descriptor, lines->data, lines->size) == (ssize_t)lines->size && fsync(descriptor) == 0 &&
           sync_directory(arena, path);
    if (!good)
        *error = system_error(arena, path);
    return good;
}

static void add_random(struct buffer *lines, int64_t now) {
    unsigned char key[KEY_FILE_KEY_BYTES];
    random_fill(key, sizeof(key));
    add_line(lines, now, key);
    explicit_bzero(key, sizeof(key));
}

/* Two that make or rotate at once do it one after the other. */
bool key_file_make(struct arena *arena, const char *path, int64_t now,
                   const unsigned char former[KEY_FILE_KEY_BYTES], const char **error) {
    int descriptor = open_private(arena, path, O_RDWR | O_APPEND | O_CREAT, error);
    if (descriptor < 0)
        return false;
    struct key_file_keys keys;
    bool good = flock(descriptor, LOCK_EX) == 0;
    if (!good) {
        *error = system_error(arena, path);
    } else if (!key_file_read(descriptor, now, &keys)) {
        struct buffer lines = buffer_new(arena, 256);
        if (former)
            add_line(&lines, 0, former);
        add_random(&lines, now);
        good = append(arena, descriptor, path, &lines, error);
        explicit_bzero(lines.data, lines.size);
    }
    (void)close(descriptor);
    return good;
}

bool key_file_rotate(struct arena *arena, const char *path, int64_t now, const char **error) {
    int descriptor = open_private(arena, path, O_RDWR | O_APPEND, error);
    if (descriptor < 0)
        return false;
    bool good = flock(descriptor, LOCK_EX) == 0;
    if (good) {
        struct buffer lines = buffer_new(arena, 256);
        add_random(&lines, now);
        good = append(arena, descriptor, path, &lines, error);
        explicit_bzero(lines.data, lines.size);
    } else {
        *error = system_error(arena, path);
    }
    (void)close(descriptor);
    return good;
}
