/* What changed between two texts is told within its bounds, a line at a time, and nothing where nothing
 * changed. */
#include "fuzz.h"

#include "base/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    char *from = fuzz_text(&input);
    char *to = fuzz_text(&input);
    struct arena *arena = arena_new();
    struct diff diff = diff_texts(arena, from, to);
    size_t told = 0;
    PROMISE(strcmp(from, to) != 0 || diff.line_count == 0);
    PROMISE(diff.line_count <= DIFF_MOST_LINES + 2);
    for (size_t i = 0; i < diff.line_count; i++) {
        const struct diff_line *line = &diff.lines[i];
        size_t line_bytes = 0;
        PROMISE(line->kind != DIFF_GAP || line->left_out > 0);
        for (size_t j = 0; j < line->piece_count; j++) {
            PROMISE(!strpbrk(line->pieces[j].text, "\r\n"));
            line_bytes += strlen(line->pieces[j].text);
        }
        PROMISE(line_bytes <= DIFF_MOST_LINE + 8);
        told += line_bytes;
    }
    PROMISE(told <= DIFF_MOST_BYTES + 2 * DIFF_MOST_LINE);
    arena_free(arena);
    free(from);
    free(to);
    return 0;
}
