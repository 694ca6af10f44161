#pragma once
/*
 * What changed between two texts, short enough for a mail: lines that went and came, each with a line of what
 * stands around it, and within a line that was only altered, the words. Long stretches that stayed, or that
 * all went or came, are left out and counted.
 *
 * Bounded whatever the texts are: some DIFF_MOST_LINES lines and DIFF_MOST_BYTES bytes at most, and no more
 * steps than the size of both times 2 * DIFF_MOST_EDITS. Texts that differ by more than that are told as one
 * that went and one that came.
 */

#include "base/arena.h"

enum {
    DIFF_MOST_EDITS = 256,   /* lines, or words of a line, that went or came, before it is all new */
    DIFF_MOST_LINES = 60,    /* told */
    DIFF_MOST_BYTES = 8000,  /* of text told */
    DIFF_MOST_LINE = 1200,   /* bytes of a line told; a longer one is cut */
    DIFF_CONTEXT_BYTES = 160 /* of words that stayed, at either side of one that did not */
};

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED, DIFF_GAP };

/* A piece of a line. */
struct diff_piece {
    const char *text; /* without line ends */
    bool is_changed;  /* these words, in a line of which others stayed */
};

struct diff_line {
    enum diff_kind kind;
    bool is_altered; /* removed or added, but words of it stayed: `is_changed` tells which did not */
    struct diff_piece *pieces;
    size_t piece_count;
    size_t left_out; /* of a gap: lines */
};

struct diff {
    struct diff_line *lines;
    size_t line_count; /* 0: the same lines */
    bool is_cut;       /* more changed than is told */
};

/* The difference; it lives in the arena. Line ends are LF, CR LF or CR. */
struct diff diff_texts(struct arena *arena, const char *from, const char *to);
