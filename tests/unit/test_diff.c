/* The short difference of two texts: what it tells, and that no texts make it long or slow. */
#include "unit.h"

#include "base/buffer.h"
#include "base/diff.h"
#include "base/utf8.h"

#include <string.h>
#include <time.h>

static struct arena *arena;

static int begin(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

/* As one text: "- went", "+ came", "  stayed", "@ 3" for a gap, [words] that changed, "!" at the end where it
 * is cut. */
static const char *told(const char *from, const char *to) {
    static const char signs[] = {
        [DIFF_SAME] = ' ', [DIFF_REMOVED] = '-', [DIFF_ADDED] = '+', [DIFF_GAP] = '@'};
    struct diff diff = diff_texts(arena, from, to);
    struct buffer out = buffer_new(arena, 1000);
    for (size_t i = 0; i < diff.line_count; i++) {
        const struct diff_line *line = &diff.lines[i];
        buffer_print(&out, "%c ", signs[line->kind]);
        if (line->kind == DIFF_GAP)
            buffer_add_integer(&out, (int64_t)line->left_out);
        for (size_t j = 0; j < line->piece_count; j++)
            buffer_print(&out, line->pieces[j].is_changed ? "[%s]" : "%s", line->pieces[j].text);
        buffer_add_char(&out, '\n');
    }
    buffer_add(&out, diff.is_cut ? "!\n" : "");
    return out.data;
}

static void the_same_is_nothing(void **state) {
    (void)state;
    assert_string_equal(told("", ""), "");
    assert_string_equal(told("a\nb\n", "a\nb\n"), "");
    assert_string_equal(told("a\r\nb\r", "a\nb"), "");
}

static void lines_come_and_go(void **state) {
    (void)state;
    assert_string_equal(told("", "one\ntwo"), "+ one\n+ two\n");
    assert_string_equal(told("one\ntwo", ""), "- one\n- two\n");
    assert_string_equal(told("a\nb\nc", "a\nx\nc"), "  a\n- b\n+ x\n  c\n");
    assert_string_equal(told("a\nb\nc", "b\nc\nd"), "- a\n  b\n  c\n+ d\n");
    assert_string_equal(told("a\n\nb", "a\n\nb\nc"), "  b\n+ c\n");
}

static void what_stayed_is_left_out(void **state) {
    (void)state;
    assert_string_equal(told("1\n2\n3\n4\n5\n6\n7\n8\n9", "0\n1\n2\n3\n4\n5\n6\n7\n8"),
                        "+ 0\n  1\n@ 6\n  8\n- 9\n");
    /* Not for a single line. */
    assert_string_equal(told("x\n1\n2\n3\ny", "1\n2\n3"), "- x\n  1\n  2\n  3\n- y\n");
    assert_string_equal(told("x\n1\n\n3\ny", "1\n\n3"), "- x\n  1\n  \n  3\n- y\n");
}

static void words_of_a_line_are_told(void **state) {
    (void)state;
    assert_string_equal(told("Print forty red flyers.", "Print sixty red flyers!"),
                        "- Print [forty] red flyers[.]\n+ Print [sixty] red flyers[!]\n");
    assert_string_equal(told("one two three four five six", "one 2 3 four five six"),
                        "- one [two three] four five six\n+ one [2 3] four five six\n");
    assert_string_equal(told("내일 인쇄소에 전화하기, 열 시", "모레 인쇄소에 전화하기, 열 시"),
                        "- [내일] 인쇄소에 전화하기, 열 시\n+ [모레] 인쇄소에 전화하기, 열 시\n");
    assert_string_equal(told("今日は紙を買う", "今日は本を買う"), "- 今日は[紙]を買う\n+ 今日は[本]を買う\n");
    /* Too little stayed. */
    assert_string_equal(told("Print the flyers", "Call a printer now"),
                        "- Print the flyers\n+ Call a printer now\n");
}

static void a_long_line_is_told_near_its_change(void **state) {
    (void)state;
    struct buffer from = buffer_new(arena, 20000);
    while (from.size < 10000)
        buffer_add(&from, "가나다 라마 ");
    struct buffer to = buffer_new(arena, 20000);
    buffer_print(&to, "%.4998s바꿈 %s", from.data, from.data + 4998);
    assert_true(utf8_is_valid(to.data, to.size));
    const char *text = told(from.data, to.data);
    assert_non_null(strstr(text, "[바꿈]"));
    assert_true(utf8_is_valid(text, strlen(text)));
    assert_true(strlen(text) < 1600);
}

static struct buffer numbered(const char *word, int count) {
    struct buffer out = buffer_new(arena, 66000);
    for (int i = 0; i < count; i++)
        buffer_print(&out, "%s %d\n", word, i);
    return out;
}

static void long_runs_are_cut_in_their_middle(void **state) {
    (void)state;
    const char *text = told("", numbered("came", 100).data);
    assert_non_null(strstr(text, "+ came 9\n@ 86\n+ came 96\n"));
    assert_non_null(strstr(text, "!\n"));
    text = told(numbered("went", 1000).data, "came");
    assert_non_null(strstr(text, "- went 999\n"));
    assert_non_null(strstr(text, "+ came\n"));
}

static struct buffer repeated(const char *piece, size_t size) {
    struct buffer out = buffer_new(arena, size + 16);
    while (out.size + strlen(piece) <= size)
        buffer_add(&out, piece);
    return out;
}

static void assert_bounded(const char *from, const char *to) {
    struct diff diff = diff_texts(arena, from, to);
    size_t bytes = 0;
    assert_true(diff.line_count <= DIFF_MOST_LINES);
    for (size_t i = 0; i < diff.line_count; i++) {
        for (size_t j = 0; j < diff.lines[i].piece_count; j++) {
            const char *text = diff.lines[i].pieces[j].text;
            assert_null(strpbrk(text, "\r\n"));
            assert_true(utf8_is_valid(text, strlen(text)));
            bytes += strlen(text);
        }
    }
    /* The last line may pass the bound by what a line may have. */
    assert_true(bytes <= DIFF_MOST_BYTES + 2 * DIFF_MOST_LINE);
}

/* 64 KiB of whatever is worst for lines, for words, for the search: each way round against each other. */
static void hostile_texts_are_bounded(void **state) {
    (void)state;
    static const char *const pieces[] = {"\n",
                                         "a\n",
                                         "a\nb\n",
                                         "a\nb\na\n",
                                         "x ",
                                         "x y ",
                                         ". ",
                                         "x y z\n",
                                         "가나 다\n",
                                         "한",
                                         "漢",
                                         "漢字\n",
                                         "\r\n\r",
                                         "👍🏽",
                                         "aaaaaaaaab\n",
                                         "\xff",
                                         "word one two three four five six seven eight\n"};
    enum { SIZE = 65536 };
    for (size_t i = 0; i < COUNT(pieces); i++) {
        for (size_t j = 0; j < COUNT(pieces); j++) {
            struct buffer from = repeated(pieces[i], SIZE);
            struct buffer to = repeated(pieces[j], SIZE - 7 * i);
            if (utf8_is_valid(from.data, from.size) && utf8_is_valid(to.data, to.size))
                assert_bounded(from.data, to.data);
            else
                (void)diff_texts(arena, from.data, to.data);
            arena_reset(arena);
        }
    }
}

/* Every line differs by a word, and so do texts of chance over few words: applying what is told would give
 * `to`. */
static void random_texts_keep_their_lines(void **state) {
    (void)state;
    uint32_t chance = (uint32_t)time(NULL);
    for (int turn = 0; turn < 300; turn++) {
        const char *texts[2];
        for (int side = 0; side < 2; side++) {
            struct buffer text = buffer_new(arena, 200);
            for (unsigned lines = chance >> 16 & 7; lines; lines--) {
                chance = chance * 1664525 + 1013904223;
                buffer_print(&text, "%c%c\n", 'a' + (int)(chance >> 20 & 3), 'p' + (int)(chance >> 24 & 1));
            }
            chance = chance * 1664525 + 1013904223;
            texts[side] = text.data;
        }
        /* A short text is told whole but for runs that stayed: what went and came must be of the texts, in
         * order. */
        struct diff diff = diff_texts(arena, texts[0], texts[1]);
        const char *from = texts[0];
        const char *to = texts[1];
        for (size_t i = 0; i < diff.line_count; i++) {
            struct buffer line = buffer_new(arena, 10);
            for (size_t j = 0; j < diff.lines[i].piece_count; j++)
                buffer_add(&line, diff.lines[i].pieces[j].text);
            buffer_add_char(&line, '\n');
            bool is_gap = diff.lines[i].kind == DIFF_GAP;
            if (!is_gap && diff.lines[i].kind != DIFF_ADDED) {
                from = strstr(from, line.data);
                assert_non_null(from);
                from += line.size;
            }
            if (!is_gap && diff.lines[i].kind != DIFF_REMOVED) {
                to = strstr(to, line.data);
                assert_non_null(to);
                to += line.size;
            }
        }
        assert_int_equal(diff.line_count == 0, strcmp(texts[0], texts[1]) == 0);
        arena_reset(arena);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_same_is_nothing),
        TEST(lines_come_and_go),
        TEST(what_stayed_is_left_out),
        TEST(words_of_a_line_are_told),
        TEST(a_long_line_is_told_near_its_change),
        TEST(long_runs_are_cut_in_their_middle),
        TEST(hostile_texts_are_bounded),
        TEST(random_texts_keep_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
