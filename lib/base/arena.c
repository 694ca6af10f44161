/*
 * A chain of blocks, newest first. A request is served from the first block (16 KiB) and seldom needs a
 * second; a large piece gets a block of its own size. In a build that is looked through each piece has a
 * block of just its size, so that what reads or writes beside it, or after the reset, is seen.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_BLOCK_BYTES = IS_CHECKED ? 0 : 16 * 1024,
    KEPT_MOST_BYTES = IS_CHECKED ? 0 : 128 * 1024,
    ALIGNMENT = IS_CHECKED ? 1 : alignof(max_align_t), /* malloc aligns a block */
};

struct block {
    struct block *older;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
};

/* A process ends in one way. */
static void (*the_end)(void);

void arena_at_end(void (*end)(void)) {
    the_end = end;
}

static _Noreturn void end_without_memory(void) {
    if (the_end)
        the_end();
    static const char line[] = "pumasi: out of memory, this process ends\n";
    (void)!write(STDERR_FILENO, line, sizeof(line) - 1);
    _exit(EXIT_FAILURE);
}

static struct block *block_new(size_t size, struct block *older) {
    if (size > SIZE_MAX - sizeof(struct block))
        end_without_memory();
    struct block *block = malloc(sizeof(struct block) + size);
    if (!block)
        end_without_memory();
    block->older = older;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_new(void) {
    struct arena *arena = malloc(sizeof(*arena));
    if (!arena)
        end_without_memory();
    arena->newest = block_new(FIRST_BLOCK_BYTES, NULL);
    return arena;
}

static void free_blocks(struct block *block) {
    while (block) {
        struct block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_reset(struct arena *arena) {
    /* Newer blocks are larger. One of usual size stays: the next request needs its like. */
    struct block *kept = arena->newest;
    while (kept->older && kept->size > KEPT_MOST_BYTES) {
        struct block *older = kept->older;
        free(kept);
        kept = older;
    }
    free_blocks(kept->older);
    kept->older = NULL;
    kept->used = 0;
    arena->newest = kept;
}

void arena_free(struct arena *arena) {
    if (!arena)
        return;
    free_blocks(arena->newest);
    free(arena);
}

/* Of the block behind `block`, if it is to hold `size` bytes. */
static size_t next_size(const struct block *block, size_t size) {
    size_t next = block->size > SIZE_MAX / 2 ? block->size : block->size * 2;
    return IS_CHECKED || size > next ? size : next;
}

void *arena_take(struct arena *arena, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT)
        end_without_memory();
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *block = arena->newest;
    if (rounded > block->size - block->used) {
        block = block_new(next_size(block, rounded), block);
        arena->newest = block;
    }
    void *piece = block->bytes + block->used;
    block->used += rounded;
    memset(piece, 0, rounded);
    return piece;
}

void *arena_take_array(struct arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size)
        end_without_memory();
    return arena_take(arena, count * size);
}

void *arena_grow(struct arena *arena, void *list, size_t count, size_t size) {
    enum { FIRST_ROOM = 16 };
    if (!list)
        return arena_take_array(arena, FIRST_ROOM, size);
    /* The room is a power of two, at least the first: it is full where the count is one. */
    bool is_full = count >= FIRST_ROOM && (count & (count - 1)) == 0;
    if (!is_full)
        return list;
    void *larger = arena_take_array(arena, count * 2, size);
    memcpy(larger, list, count * size);
    return larger;
}

char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t size) {
    if (size == SIZE_MAX)
        end_without_memory();
    char *copy = arena_take(arena, size + 1);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_copy(struct arena *arena, const char *text) {
    return arena_copy_bytes(arena, text, strlen(text));
}

char *arena_print(struct arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0)
        end_without_memory();
    char *text = arena_take(arena, (size_t)size + 1);
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return text;
}
