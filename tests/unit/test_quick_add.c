/* A task in one line: what each word means, in both languages, and what is said where it means nothing. */
#include "unit.h"

#include "domain/quick_add.h"
#include "domain/quick_day.h"

#include <string.h>

static const struct user people[] = {
    {.id = 1, .name = "Min", .email = "min@example.org"},
    {.id = 2, .name = "Ji-woo Kim", .email = "jiwoo@example.org"},
    {.id = 3, .name = "Ji-won", .email = "won.j@example.org"},
    {.id = 4, .name = "김지우", .email = "jw@example.org"},
    {.id = 5, .name = "Ünal Öz", .email = "unal@example.org"},
    {.id = 6, .name = "Minseo", .email = "ms@example.org"},
    {.id = 7, .name = "Gone Home", .email = "gone@example.org", .is_disabled = true},
};
static const struct quick_add_scene scene = {people, COUNT(people), 6, "2026-11-26"}; /* a Thursday */

enum { NOT_SAID = -1 };

struct example {
    const char *line;
    const char *title;
    int64_t assignee; /* NOT_SAID, or who */
    const char *priority;
    const char *due_on;
    const char *labels; /* with commas */
};

static bool is_same(const char *one, const char *other) {
    return one == other || (one && other && strcmp(one, other) == 0);
}

static const char *labels_of(struct arena *arena, const struct quick_add *added) {
    struct buffer out = buffer_new(arena, 16);
    for (size_t i = 0; i < added->label_count; i++)
        buffer_print(&out, "%s%s", i ? "," : "", added->labels[i]);
    return added->label_count ? out.data : NULL;
}

static void check(const struct example *examples, size_t count) {
    struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        const struct example *wanted = &examples[i];
        struct quick_add found = quick_add_read(arena, wanted->line, &scene);
        const struct task_values *values = &found.values;
        int64_t assignee = values->fields & TASK_ASSIGNEE ? values->assignee_id : NOT_SAID;
        bool has_priority = (values->fields & TASK_PRIORITY) != 0;
        bool has_due = (values->fields & TASK_DUE) != 0;
        if (found.fault || !is_same(values->title, wanted->title) || assignee != wanted->assignee ||
            !is_same(has_priority ? values->priority : NULL, wanted->priority) ||
            !is_same(has_due ? values->due_on : NULL, wanted->due_on) ||
            !is_same(labels_of(arena, &found), wanted->labels))
            fail_msg("%s: fault %d at %s; \"%s\" @%lld !%s ^%s #%s", wanted->line, (int)found.fault,
                     found.word ? found.word : "-", values->title ? values->title : "-", (long long)assignee,
                     has_priority ? values->priority : "-", has_due ? values->due_on : "-",
                     labels_of(arena, &found) ? labels_of(arena, &found) : "-");
    }
    arena_free(arena);
}

static void each_sign_says_one_thing(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"Print flyers @jiwoo !high ^friday #print", "Print flyers", 2, "high", "2026-11-27", "print"},
        {"#a @min #b Buy !urgent jars ^today", "Buy jars", 1, "urgent", "2026-11-26", "a,b"},
        {"전단지 인쇄 @김지우 !높음 ^내일 #인쇄", "전단지 인쇄", 4, "high", "2026-11-27", "인쇄"},
        {"  many   blanks\u3000here\u00A0!low  ", "many blanks here", NOT_SAID, "low", NULL, NULL},
        {"x !Normal", "x", NOT_SAID, "normal", NULL, NULL},
        {"x !낮음", "x", NOT_SAID, "low", NULL, NULL},
        {"x !보통", "x", NOT_SAID, "normal", NULL, NULL},
        {"x !긴급", "x", NOT_SAID, "urgent", NULL, NULL},
        {"Ask @min, then print #flyers. !high!", "Ask then print", 1, "high", NULL, "flyers"},
    };
    check(examples, COUNT(examples));
}

static void people_are_found_as_one_types_them(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"x @me", "x", 6, NULL, NULL, NULL},
        {"x @나", "x", 6, NULL, NULL, NULL},
        {"x @min", "x", 1, NULL, NULL, NULL}, /* the whole name is more than the start of another */
        {"x @MINSEO", "x", 6, NULL, NULL, NULL},
        {"x @mins", "x", 6, NULL, NULL, NULL},
        {"x @Ji-wooKim", "x", 2, NULL, NULL, NULL},
        {"x @jiwookim", "x", 2, NULL, NULL, NULL},
        {"x @kim", "x", 2, NULL, NULL, NULL},
        {"x @wonj", "x", 3, NULL, NULL, NULL}, /* by the address */
        {"x @won.j", "x", 3, NULL, NULL, NULL},
        {"x @김", "x", 4, NULL, NULL, NULL},
        {"x @ünalöz", "x", 5, NULL, NULL, NULL},
        {"x @ÜNAL", "x", 5, NULL, NULL, NULL},
        {"x @unal", "x", 5, NULL, NULL, NULL},
    };
    check(examples, COUNT(examples));
}

static void what_is_no_sign_stays(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"Learn C# and F#", "Learn C# and F#", NOT_SAID, NULL, NULL, NULL},
        {"Write to a@b.org", "Write to a@b.org", NOT_SAID, NULL, NULL, NULL},
        {"After #12, and #3", "After #12, and #3", NOT_SAID, NULL, NULL, NULL},
        {"2^10 is 1024!", "2^10 is 1024!", NOT_SAID, NULL, NULL, NULL},
        {"Now !!! ^^ @ # ! ^", "Now !!! ^^ @ # ! ^", NOT_SAID, NULL, NULL, NULL},
        {"\\@home \\!high \\^friday \\#a", "@home !high ^friday #a", NOT_SAID, NULL, NULL, NULL},
        {"@@home !!high ^^friday ##a", "@home !high ^friday #a", NOT_SAID, NULL, NULL, NULL},
        {"C:\\path \\ \\n", "C:\\path \\ \\n", NOT_SAID, NULL, NULL, NULL},
        {"@- @... smile", "@- @... smile", NOT_SAID, NULL, NULL, NULL},
    };
    check(examples, COUNT(examples));
}

static void each_fault_names_its_word(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum quick_add_fault fault;
        const char *word;
        const char *candidates;
    } examples[] = {
        {"@min !high", QUICK_ADD_NO_TITLE, NULL, NULL},
        {" ", QUICK_ADD_NO_TITLE, NULL, NULL},
        {"x @nobody", QUICK_ADD_NOBODY, "@nobody", NULL},
        {"x @gone", QUICK_ADD_NOBODY, "@gone", NULL},
        {"x @jiwo", QUICK_ADD_SEVERAL, "@jiwo", "@Ji-wooKim, @Ji-won"},
        {"x @지우에게", QUICK_ADD_NOBODY, "@지우에게", NULL},
        {"x @min @jiwoo", QUICK_ADD_TWICE, "@jiwoo", NULL},
        {"x !low !high", QUICK_ADD_TWICE, "!high", NULL},
        {"x ^today ^today", QUICK_ADD_TWICE, "^today", NULL},
        {"x !soon", QUICK_ADD_PRIORITY, "!soon", NULL},
        {"x ^someday", QUICK_ADD_DAY, "^someday", NULL},
        {"x #a,b", QUICK_ADD_LABEL, "#a,b", NULL},
        {"x #123456789a123456789b123456789c123456789d123456789e1", QUICK_ADD_LABEL,
         "#123456789a123456789b123456789c123456789d123456789e1", NULL},
        {"x #a #b #c #d #e #f #g #h #i #j #k #l #m #n #o #p #q #r #s #t #u", QUICK_ADD_LABELS, "#u", NULL},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct quick_add found = quick_add_read(arena, examples[i].line, &scene);
        if (found.fault != examples[i].fault || !is_same(found.word, examples[i].word) ||
            !is_same(found.candidates, examples[i].candidates))
            fail_msg("%s: fault %d at %s, %s", examples[i].line, (int)found.fault,
                     found.word ? found.word : "-", found.candidates ? found.candidates : "-");
    }
    struct buffer line = buffer_new(arena, 1024);
    for (int i = 0; i < TASK_MOST_TITLE; i++)
        buffer_add(&line, "가");
    assert_int_equal(quick_add_read(arena, line.data, &scene).fault, QUICK_ADD_GOOD);
    buffer_add(&line, "가");
    assert_int_equal(quick_add_read(arena, line.data, &scene).fault, QUICK_ADD_LONG_TITLE);
    arena_free(arena);
}

static void days_are_seen_from_today(void **state) {
    (void)state;
    static const struct {
        const char *today;
        const char *word;
        const char *day; /* NULL: none */
    } examples[] = {
        {"2026-11-26", "today", "2026-11-26"},
        {"2026-11-26", "Tomorrow", "2026-11-27"},
        {"2026-11-26", "오늘", "2026-11-26"},
        {"2026-12-31", "내일", "2027-01-01"},
        {"2026-12-31", "모레", "2027-01-02"},
        {"2026-11-26", "friday", "2026-11-27"},
        {"2026-11-26", "FRI", "2026-11-27"},
        {"2026-11-26", "thursday", "2026-12-03"}, /* today is not to come */
        {"2026-11-26", "wed", "2026-12-02"},
        {"2026-11-26", "sun", "2026-11-29"},
        {"2026-11-26", "월요일", "2026-11-30"},
        {"2026-11-26", "월", "2026-11-30"},
        {"2026-11-26", "목", "2026-12-03"},
        {"2026-11-26", "+0d", "2026-11-26"},
        {"2026-11-26", "+3d", "2026-11-29"},
        {"2026-11-26", "+2w", "2026-12-10"},
        {"2026-11-26", "+3일", "2026-11-29"},
        {"2026-11-26", "+2주", "2026-12-10"},
        {"2026-03-28", "+2d", "2026-03-30"}, /* over the start of summer time */
        {"2028-02-28", "tomorrow", "2028-02-29"},
        {"2026-11-26", "2026-12-01", "2026-12-01"},
        {"2026-11-26", "2020-01-01", "2020-01-01"},
        {"2026-11-26", "12-01", "2026-12-01"},
        {"2026-11-26", "12/1", "2026-12-01"},
        {"2026-11-26", "11-26", "2026-11-26"},
        {"2026-11-26", "11-25", "2027-11-25"},
        {"2026-11-26", "02-29", "2028-02-29"},
        {"2096-03-01", "02-29", "2104-02-29"},
        {"2026-11-26", "02-30", NULL},
        {"2026-11-26", "13-01", NULL},
        {"2026-11-26", "00-01", NULL},
        {"2026-11-26", "2026-02-29", NULL},
        {"2026-11-26", "12-", NULL},
        {"2026-11-26", "12-01x", NULL},
        {"2026-11-26", "+d", NULL},
        {"2026-11-26", "+3", NULL},
        {"2026-11-26", "+99999d", NULL},
        {"2026-11-26", "+9999w", NULL},
        {"2026-11-26", "-3d", NULL},
        {"2026-11-26", "fr", NULL},
        {"2026-11-26", "frid", NULL},
        {"2026-11-26", "", NULL},
        {"9999-12-31", "12-01", NULL}, /* the calendar ends */
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        char day[CLOCK_DAY_BYTES] = "untouched";
        bool is_day = quick_day_read(examples[i].word, examples[i].today, day);
        if (is_day != (examples[i].day != NULL) || strcmp(day, is_day ? examples[i].day : "untouched") != 0)
            fail_msg("%s from %s: %s", examples[i].word, examples[i].today, day);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sign_says_one_thing), cmocka_unit_test(people_are_found_as_one_types_them),
        cmocka_unit_test(what_is_no_sign_stays),    cmocka_unit_test(each_fault_names_its_word),
        cmocka_unit_test(days_are_seen_from_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
