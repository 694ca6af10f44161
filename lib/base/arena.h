#pragma once
/*
 * Memory with one owner and one end: everything that a request, or one turn of a loop, allocates comes from
 * its arena and goes with it. There is nothing to free one by one, so no clean-up path can be forgotten.
 */

#include "base/base.h"

struct arena;

/* A new, empty arena. Never NULL: without memory the process ends (see arena_take). */
struct arena *arena_new(void);

/* Forgets everything taken from the arena; keeps one block, of at most 128 KiB, for the next use. */
void arena_reset(struct arena *arena);

/* Gives all memory back. NULL is allowed. */
void arena_free(struct arena *arena);

/*
 * `size` zeroed bytes, aligned for any type, valid until reset or free. Never NULL: a process whose memory
 * limit is used up ends, with a line on stderr unless arena_at_end says otherwise; its transaction rolls
 * back.
 */
void *arena_take(struct arena *arena, size_t size);

/* What this process does when there is no memory, in place of the line; it must not return. */
void arena_at_end(void (*end)(void));

/* As arena_take for `count` things of `size` bytes; a product that overflows ends the process. */
void *arena_take_array(struct arena *arena, size_t count, size_t size);

/*
 * Room for one more in a list of `count` things of `size` bytes each: `list` itself where there is room, else
 * a copy of twice the length. NULL starts a list. Call it before each addition.
 */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t size);

/* A NUL-terminated copy. */
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t size);

/* A formatted, NUL-terminated text. */
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
