#pragma once
/*
 * The server's secret keys, in a file of their own: whoever gets a copy of the database can sign nothing
 * (ASVS 13.3.1). A line a key, the newest last: when it was made (Unix seconds), a space, 64 hexadecimal
 * digits. Keys are only ever added, by one write to the end, so that a program that holds the file open, and
 * may open no other, sees the new one at once; a line that is not whole is none. The newest key signs. One
 * that was followed by another is good for KEY_FILE_FORMER_S more.
 */

#include "base/arena.h"

enum { KEY_FILE_KEY_BYTES = 32, KEY_FILE_MOST_KEYS = 8, KEY_FILE_FORMER_S = 30 * 24 * 3600 };

struct key_file_keys {
    unsigned char keys[KEY_FILE_MOST_KEYS][KEY_FILE_KEY_BYTES]; /* the newest first */
    size_t count;
    unsigned char first[KEY_FILE_KEY_BYTES]; /* that the file ever had: it derives what must not change */
};

/* A descriptor for key_file_read; -1 with *error set where there is no such file, or others may read it. */
MUST_CHECK int key_file_open(struct arena *arena, const char *path, const char **error);

/* The keys that are good at `now`; at most the eight newest. False: the file holds none, or cannot be read.
 */
MUST_CHECK bool key_file_read(int descriptor, int64_t now, struct key_file_keys *keys);

/* Makes the file (mode 0600) with one key if it holds none; `former`, NULL or a key from elsewhere, stands
 * before it. On disk when it returns true; else *error is set. */
MUST_CHECK bool key_file_make(struct arena *arena, const char *path, int64_t now,
                              const unsigned char former[KEY_FILE_KEY_BYTES], const char **error);

/* Adds a new key to a file that has one. On disk when it returns true; else *error is set. */
MUST_CHECK bool key_file_rotate(struct arena *arena, const char *path, int64_t now, const char **error);

/* Reads 2 * `size` hexadecimal digits of either case and nothing more. */
MUST_CHECK bool key_read_hex(const char *text, size_t text_size, unsigned char *bytes, size_t size);
