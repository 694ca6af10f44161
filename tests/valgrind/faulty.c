/* Does what memcheck must see: jumps by what nobody has written, reads beside a piece of an arena and after
 * its reset, and loses memory. tests/valgrind/logs runs it, so that an empty log means something. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[]) {
    const char *fault = argc > 1 ? argv[1] : "";
    struct arena *arena = arena_new();
    const char *piece = arena_copy(arena, "품앗이");
    volatile int written = 0;
    int *never_written = malloc(sizeof(*never_written));
    if (!never_written)
        return EXIT_FAILURE;
    if (strcmp(fault, "unwritten") == 0 && *never_written)
        written = 1;
    if (strcmp(fault, "beside") == 0)
        written = piece[strlen(piece) + 1];
    if (strcmp(fault, "reset") == 0) {
        arena_reset(arena);
        written = *piece;
    }
    if (strcmp(fault, "lost") == 0)
        never_written = NULL;
    free(never_written);
    arena_free(arena);
    return written ? EXIT_SUCCESS : EXIT_SUCCESS;
}
