/*
 * Lines, or words, become numbers, the same for the same text. What stayed is the longest common sequence as
 * Myers finds it ("An O(ND) difference algorithm and its variations", 1986): for each number of edits the
 * furthest point on each diagonal, until one is at the end of both; then the way back. The furthest points of
 * all rounds are kept for the way back, (DIFF_MOST_EDITS + 1) squared at most, and shared by all comparisons.
 */
#include "base/diff.h"

#include "base/buffer.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONTEXT_LINES = 1,
    LONGEST_RUN = 16, /* lines that went, or came, in a row: of more, the middle is left out */
    RUN_HEAD = 10,
    RUN_TAIL = 4,
    MOST_WORD_LINES = DIFF_MOST_LINES
};

/* A line or a word. */
struct token {
    const char *text;
    size_t size;
    uint32_t number; /* the same for the same text */
    bool is_kept;
};

struct side {
    struct token *tokens;
    size_t count;
};

struct comparison {
    struct arena *arena;
    int32_t *furthest; /* rounds one after another; round d has 2 d + 1 diagonals */
};

/* ---- cutting ---- */

static struct token *add_token(struct arena *arena, struct side *side, const char *text, size_t size) {
    side->tokens = arena_grow(arena, side->tokens, side->count, sizeof(*side->tokens));
    side->tokens[side->count] = (struct token){.text = text, .size = size};
    return &side->tokens[side->count++];
}

static struct side new_side(struct arena *arena) {
    return (struct side){.tokens = arena_grow(arena, NULL, 0, sizeof(struct token))};
}

static struct side cut_lines(struct arena *arena, const char *text) {
    struct side side = new_side(arena);
    while (*text) {
        size_t size = strcspn(text, "\r\n");
        (void)add_token(arena, &side, text, size);
        text += size;
        text += text[0] == '\r' && text[1] == '\n' ? 2 : *text != '\0';
    }
    return side;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

/* Letters and digits; all that is not ASCII counts as such, so no character is ever cut. */
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Han and Kana are written without spaces: each is a word. Hangul has spaces. */
static size_t single_size(const char *at, const char *end) {
    const char *next = at;
    int32_t character = utf8_next(&next, end);
    bool is_hangul = (character >= 0x1100 && character <= 0x11FF) ||
                     (character >= 0x3131 && character <= 0x318E) ||
                     (character >= 0xAC00 && character <= 0xD7A3);
    return character >= 0 && utf8_is_cjk(character) && !is_hangul ? (size_t)(next - at) : 0;
}

static size_t word_size(const char *at, const char *end) {
    size_t left = (size_t)(end - at);
    size_t size = single_size(at, end);
    if (size)
        return size;
    if (is_space(*at)) {
        for (size = 1; size < left && is_space(at[size]); size++)
            ;
    } else if (is_letter(*at)) {
        for (size = 1; size < left && is_letter(at[size]); size++) {
            bool begins = ((unsigned char)at[size] & 0xC0) == 0xC0;
            if (begins && single_size(at + size, end))
                break;
        }
    } else {
        size = 1;
    }
    return size;
}

static struct side cut_words(struct arena *arena, const struct token *line) {
    struct side side = new_side(arena);
    const char *end = line->text + line->size;
    for (const char *at = line->text; at < end;) {
        size_t size = word_size(at, end);
        (void)add_token(arena, &side, at, size);
        at += size;
    }
    return side;
}

/* ---- numbers ---- */

static int compare_tokens(const void *left, const void *right) {
    const struct token *a = *(struct token *const *)left;
    const struct token *b = *(struct token *const *)right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return memcmp(a->text, b->text, a->size);
}

/* Sorted, not hashed: no choice of texts makes it slow. */
static void number_tokens(struct arena *arena, struct side *from, struct side *to) {
    size_t total = from->count + to->count;
    struct token **sorted = arena_take_array(arena, total + 1, sizeof(struct token *));
    for (size_t i = 0; i < total; i++)
        sorted[i] = i < from->count ? &from->tokens[i] : &to->tokens[i - from->count];
    qsort(sorted, total, sizeof(struct token *), compare_tokens);
    for (size_t i = 1; i < total; i++)
        sorted[i]->number = sorted[i - 1]->number + (compare_tokens(&sorted[i - 1], &sorted[i]) != 0);
}

/* ---- what stayed ---- */

/* The furthest points of round d, indexed from -d to d. */
static int32_t *round_of(const struct comparison *comparison, int32_t d) {
    return comparison->furthest + (size_t)d * (size_t)d + (size_t)d;
}

/* Where a path of `d` edits on a diagonal comes from, before it follows what is the same: its x. */
static int32_t enter_diagonal(const struct comparison *comparison, int32_t d, int32_t diagonal) {
    const int32_t *before = round_of(comparison, d - 1);
    if (diagonal == -d || (diagonal != d && before[diagonal - 1] < before[diagonal + 1]))
        return before[diagonal + 1];
    return before[diagonal - 1] + 1;
}

static void keep(struct token *from, struct token *to, int32_t x, int32_t y, int32_t count) {
    for (int32_t i = 1; i <= count; i++) {
        from[x - i].is_kept = true;
        to[y - i].is_kept = true;
    }
}

static void walk_back(const struct comparison *comparison, struct token *from, struct token *to, int32_t x,
                      int32_t y, int32_t d) {
    for (; d > 0; d--) {
        int32_t diagonal = x - y;
        int32_t entered = enter_diagonal(comparison, d, diagonal);
        keep(from, to, x, y, x - entered);
        bool is_added = diagonal == -d || (diagonal != d && round_of(comparison, d - 1)[diagonal - 1] <
                                                                round_of(comparison, d - 1)[diagonal + 1]);
        x = is_added ? entered : entered - 1;
        y = x - (is_added ? diagonal + 1 : diagonal - 1);
    }
    keep(from, to, x, y, x);
}

/* Marks what both have, between beginnings and ends that are the same; false, and no marks, after too many
 * edits. */
static bool compare_middle(const struct comparison *comparison, struct token *from, int32_t from_count,
                           struct token *to, int32_t to_count) {
    for (int32_t d = 0; d <= DIFF_MOST_EDITS; d++) {
        int32_t *furthest = round_of(comparison, d);
        for (int32_t diagonal = -d; diagonal <= d; diagonal += 2) {
            int32_t x = d ? enter_diagonal(comparison, d, diagonal) : 0;
            int32_t y = x - diagonal;
            while (x < from_count && y < to_count && from[x].number == to[y].number)
                x++, y++;
            furthest[diagonal] = x;
            if (x >= from_count && y >= to_count) {
                walk_back(comparison, from, to, x, y, d);
                return true;
            }
        }
    }
    return false;
}

static bool compare(const struct comparison *comparison, struct side *from, struct side *to) {
    number_tokens(comparison->arena, from, to);
    size_t begin = 0;
    size_t from_end = from->count;
    size_t to_end = to->count;
    while (begin < from_end && begin < to_end && from->tokens[begin].number == to->tokens[begin].number)
        begin++;
    while (from_end > begin && to_end > begin &&
           from->tokens[from_end - 1].number == to->tokens[to_end - 1].number)
        from_end--, to_end--;
    for (size_t i = 0; i < from->count; i++)
        from->tokens[i].is_kept = i < begin || i >= from_end;
    for (size_t i = 0; i < to->count; i++)
        to->tokens[i].is_kept = i < begin || i >= to_end;
    return compare_middle(comparison, from->tokens + begin, (int32_t)(from_end - begin), to->tokens + begin,
                          (int32_t)(to_end - begin));
}

/* ---- words of a line ---- */

/* A line of both, one after the other, as it will be told. */
struct entry {
    enum diff_kind kind;
    const struct token *line;
    bool is_shown;
    bool is_altered;
    struct side words; /* of an altered line */
};

static size_t written_bytes(const struct side *side, bool only_kept) {
    size_t bytes = 0;
    for (size_t i = 0; i < side->count; i++)
        if (!is_space(*side->tokens[i].text) && (side->tokens[i].is_kept || !only_kept))
            bytes += side->tokens[i].size;
    return bytes;
}

/* A space is marked as what stands on both its sides: one that stayed between two words that did not says
 * nothing, nor does one at the edge of what changed. */
static void mark_spaces(struct side *side) {
    for (size_t i = 1; i + 1 < side->count; i++) {
        bool before = side->tokens[i - 1].is_kept;
        bool after = side->tokens[i + 1].is_kept;
        if (is_space(*side->tokens[i].text) && !(before && after))
            side->tokens[i].is_kept = before || after;
    }
}

/* Two lines are one that was altered if two fifths of what is written in them stayed. */
static void compare_lines(const struct comparison *comparison, struct entry *removed, struct entry *added) {
    removed->words = cut_words(comparison->arena, removed->line);
    added->words = cut_words(comparison->arena, added->line);
    if (!compare(comparison, &removed->words, &added->words))
        return;
    size_t kept = written_bytes(&removed->words, true) + written_bytes(&added->words, true);
    size_t all = written_bytes(&removed->words, false) + written_bytes(&added->words, false);
    removed->is_altered = added->is_altered = kept * 5 >= all * 2;
    mark_spaces(&removed->words);
    mark_spaces(&added->words);
}

/* ---- what is told ---- */

/* Lines in the order of both texts; where lines were replaced, what went comes first. */
static struct entry *list_entries(struct arena *arena, const struct side *from, const struct side *to,
                                  size_t *count) {
    struct entry *entries = arena_take_array(arena, from->count + to->count + 1, sizeof(*entries));
    size_t i = 0;
    size_t j = 0;
    *count = 0;
    while (i < from->count || j < to->count) {
        struct entry *entry = &entries[(*count)++];
        if (i < from->count && !from->tokens[i].is_kept) {
            *entry = (struct entry){.kind = DIFF_REMOVED, .line = &from->tokens[i++]};
        } else if (j < to->count && !to->tokens[j].is_kept) {
            *entry = (struct entry){.kind = DIFF_ADDED, .line = &to->tokens[j++]};
        } else {
            *entry = (struct entry){.kind = DIFF_SAME, .line = &from->tokens[i++]};
            j++;
        }
    }
    return entries;
}

static size_t run_length(const struct entry *entries, size_t count, size_t from) {
    size_t end = from;
    while (end < count && entries[end].kind == entries[from].kind)
        end++;
    return end - from;
}

static bool is_blank(const struct token *line) {
    for (size_t i = 0; i < line->size; i++)
        if (!is_space(line->text[i]))
            return false;
    return true;
}

/* Of a run that went or came: its head and tail, and half of all bytes, so that its counterpart has room. */
static void show_run(struct entry *run, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count && bytes < DIFF_MOST_BYTES / 2; i++) {
        bool is_middle = count > LONGEST_RUN && i >= RUN_HEAD && i < count - RUN_TAIL;
        run[i].is_shown = !is_middle;
        if (!is_middle)
            bytes += run[i].line->size < DIFF_MOST_LINE ? run[i].line->size : DIFF_MOST_LINE;
    }
}

/* Of a run that stayed: its ends, where they touch a change; all of it, if that leaves a single line out. */
static void show_context(struct entry *run, size_t count, bool is_first, bool is_last) {
    for (size_t i = 0; i < count; i++) {
        bool is_near = (!is_first && i < CONTEXT_LINES) || (!is_last && i + CONTEXT_LINES >= count);
        run[i].is_shown = is_near && !is_blank(run[i].line);
    }
    for (size_t i = 0; i < count; i++) {
        bool before = i ? run[i - 1].is_shown : !is_first;
        bool after = i + 1 < count ? run[i + 1].is_shown : !is_last;
        run[i].is_shown |= before && after;
    }
}

static void choose_shown(const struct comparison *comparison, struct entry *entries, size_t count) {
    size_t compared = 0;
    for (size_t at = 0; at < count;) {
        size_t length = run_length(entries, count, at);
        if (entries[at].kind == DIFF_SAME)
            show_context(entries + at, length, at == 0, at + length == count);
        else
            show_run(entries + at, length);
        if (entries[at].kind == DIFF_REMOVED && at + length < count &&
            entries[at + length].kind == DIFF_ADDED) {
            size_t added = run_length(entries, count, at + length);
            for (size_t i = 0; i < length && i < added && compared < MOST_WORD_LINES; i++, compared++)
                if (entries[at + i].line->size && entries[at + length + i].line->size)
                    compare_lines(comparison, &entries[at + i], &entries[at + length + i]);
        }
        at += length;
    }
}

/* ---- telling it ---- */

struct teller {
    struct arena *arena;
    struct diff *diff;
    size_t bytes;
};

/* Not within a character. */
static size_t fitting(const char *text, size_t size) {
    while (size && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static const char *head_of(struct arena *arena, const char *text, size_t size, size_t most) {
    return size <= most ? arena_copy_bytes(arena, text, size)
                        : arena_print(arena, "%.*s …", (int)fitting(text, most), text);
}

/* Words that stayed: what is near to words that did not. */
static const char *near_of(struct arena *arena, const char *text, size_t size, bool is_first, bool is_last) {
    size_t head = is_first ? 0 : fitting(text, size < DIFF_CONTEXT_BYTES ? size : DIFF_CONTEXT_BYTES);
    size_t tail = is_last ? 0 : DIFF_CONTEXT_BYTES;
    if (size <= head + tail)
        return arena_copy_bytes(arena, text, size);
    size_t from = size - tail;
    while (tail && ((unsigned char)text[from] & 0xC0) == 0x80)
        from++;
    return arena_print(arena, "%.*s%s…%s%.*s", (int)head, text, is_first ? "" : " ", is_last ? "" : " ",
                       (int)(size - from), text + from);
}

static void add_piece(struct teller *teller, struct diff_line *line, const char *text, bool is_changed) {
    line->pieces = arena_grow(teller->arena, line->pieces, line->piece_count, sizeof(*line->pieces));
    line->pieces[line->piece_count++] = (struct diff_piece){.text = text, .is_changed = is_changed};
    teller->bytes += strlen(text);
}

static void add_words(struct teller *teller, struct diff_line *line, const struct side *words) {
    size_t left = DIFF_MOST_LINE;
    for (size_t i = 0; i < words->count;) {
        size_t end = i;
        while (end < words->count && words->tokens[end].is_kept == words->tokens[i].is_kept)
            end++;
        const char *text = words->tokens[i].text;
        size_t size = (size_t)(words->tokens[end - 1].text + words->tokens[end - 1].size - text);
        bool is_kept = words->tokens[i].is_kept;
        const char *told = is_kept ? near_of(teller->arena, text, size, i == 0, end == words->count) : text;
        size_t told_size = is_kept ? strlen(told) : size;
        add_piece(teller, line, head_of(teller->arena, told, told_size, left), !is_kept);
        if (told_size > left) {
            teller->diff->is_cut |= !is_kept || end < words->count;
            return;
        }
        left -= told_size;
        i = end;
    }
}

static struct diff_line *add_told(struct teller *teller, enum diff_kind kind) {
    struct diff *diff = teller->diff;
    diff->lines = arena_grow(teller->arena, diff->lines, diff->line_count, sizeof(*diff->lines));
    struct diff_line *line = &diff->lines[diff->line_count++];
    *line = (struct diff_line){.kind = kind};
    return line;
}

static void tell(struct teller *teller, const struct entry *entry) {
    struct diff_line *line = add_told(teller, entry->kind);
    line->is_altered = entry->is_altered;
    if (entry->is_altered) {
        add_words(teller, line, &entry->words);
        return;
    }
    size_t most = entry->kind == DIFF_SAME ? DIFF_CONTEXT_BYTES : DIFF_MOST_LINE;
    teller->diff->is_cut |= entry->kind != DIFF_SAME && entry->line->size > most;
    add_piece(teller, line, head_of(teller->arena, entry->line->text, entry->line->size, most), false);
}

static void tell_all(struct teller *teller, const struct entry *entries, size_t count) {
    size_t left_out = 0;
    struct diff *diff = teller->diff;
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].is_shown) {
            left_out++;
            diff->is_cut |= entries[i].kind != DIFF_SAME;
            continue;
        }
        if (diff->line_count + 2 > DIFF_MOST_LINES || teller->bytes >= DIFF_MOST_BYTES) {
            diff->is_cut = true;
            return;
        }
        if (left_out && diff->line_count)
            add_told(teller, DIFF_GAP)->left_out = left_out;
        left_out = 0;
        tell(teller, &entries[i]);
    }
}

struct diff diff_texts(struct arena *arena, const char *from_text, const char *to_text) {
    const size_t rounds = DIFF_MOST_EDITS + 1;
    struct comparison comparison = {.arena = arena,
                                    .furthest = arena_take_array(arena, rounds * rounds, sizeof(int32_t))};
    struct side from = cut_lines(arena, from_text);
    struct side to = cut_lines(arena, to_text);
    struct diff diff = {0};
    /* Without an answer only beginnings and ends are marked: all between went and came. */
    (void)compare(&comparison, &from, &to);
    size_t count = 0;
    struct entry *entries = list_entries(arena, &from, &to, &count);
    choose_shown(&comparison, entries, count);
    struct teller teller = {.arena = arena, .diff = &diff};
    tell_all(&teller, entries, count);
    return diff;
}
