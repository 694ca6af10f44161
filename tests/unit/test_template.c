/* Layouts filled with data; and what is wrong with a layout is found when it is compiled. */
#include "unit.h"

#include "base/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WHO, ITEMS, ITEM, NOTE };
static const char *const names[] = {"who", "items", "item", "note", NULL};

static struct arena *arena;
static struct template_record *root;

static int begin(void **state) {
    (void)state;
    arena = arena_new();
    root = template_record(arena);
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *written(const struct template_step *steps, size_t count, bool is_html) {
    const struct template template = {
        .steps = steps, .step_count = count, .names = names, .is_html = is_html};
    struct buffer out = buffer_new(arena, 10);
    template_write(&out, &template, LANGUAGE_EN, root);
    return out.data;
}

static const char *value_of(const char *value, enum template_kind kind, bool is_html) {
    const struct template_step step = {.kind = kind, .number = WHO};
    root = template_record(arena);
    template_set(root, WHO, value);
    return written(&step, 1, is_html);
}

static void a_value_is_one_line_or_escaped(void **state) {
    (void)state;
    assert_string_equal(value_of("a\nb\r\nc\rd", TEMPLATE_VALUE, false), "a b c d");
    assert_string_equal(value_of("a\u2028b\u2029…\xe2", TEMPLATE_VALUE, false), "a b …\xe2");
    assert_string_equal(value_of("<b>\"&'", TEMPLATE_VALUE, false), "<b>\"&'");
    assert_string_equal(value_of("<b>\"&'", TEMPLATE_VALUE, true), "&lt;b&gt;&quot;&amp;&#39;");
    assert_string_equal(value_of(NULL, TEMPLATE_VALUE, true), "");
    assert_string_equal(value_of("{{who}}", TEMPLATE_VALUE, false), "{{who}}");
}

#define FSI "\u2068"
#define PDI "\u2069"

static void what_runs_the_other_way_is_isolated(void **state) {
    (void)state;
    assert_string_equal(value_of("Min 민", TEMPLATE_ISOLATED, false), "Min 민");
    assert_string_equal(value_of("שלום", TEMPLATE_ISOLATED, false), FSI "שלום" PDI);
    assert_string_equal(value_of("أمير <1>", TEMPLATE_ISOLATED, true), "<bdi>أمير &lt;1&gt;</bdi>");
    assert_string_equal(value_of("\u202eevil", TEMPLATE_ISOLATED, false), FSI "\u202eevil" PDI);
    /* A value cannot end our isolate. */
    assert_string_equal(value_of("a" PDI "\u202eb" FSI, TEMPLATE_ISOLATED, false), FSI "a\u202eb" PDI);
    assert_string_equal(value_of("\xff\xe2\x81", TEMPLATE_ISOLATED, false), "\xff\xe2\x81");
    assert_string_equal(value_of("\xe2\x81\u202e", TEMPLATE_ISOLATED, false), FSI "\xe2\x81\u202e" PDI);
    assert_string_equal(value_of("שלום", TEMPLATE_VALUE, false), "שלום");
}

static void sentences_are_filled(void **state) {
    (void)state;
    const struct template_step step = {.kind = TEMPLATE_SENTENCE, .number = WORDS_MAIL_CHANGED};
    template_set(root, WHO, "<Min>");
    assert_string_equal(written(&step, 1, false), "<Min> changed this task.");
    assert_string_equal(written(&step, 1, true), "&lt;Min&gt; changed this task.");
    root = template_record(arena);
    template_set(root, WHO, "{who}");
    assert_string_equal(written(&step, 1, false), "{who} changed this task.");
    template_set(root, WHO, "חיים\n");
    assert_string_equal(written(&step, 1, false), FSI "חיים " PDI " changed this task.");
    root = template_record(arena);
    assert_string_equal(written(&step, 1, false), "{who} changed this task.");
}

/* {{#items}}[{{item}}{{#note}} {{note}}{{/note}}]{{/items}}{{^items}}none{{/items}} */
static const struct template_step list[] = {
    {.kind = TEMPLATE_SECTION, .number = ITEMS, .end = 7},
    {.kind = TEMPLATE_TEXT, .text = "["},
    {.kind = TEMPLATE_VALUE, .number = ITEM},
    {.kind = TEMPLATE_SECTION, .number = NOTE, .end = 6},
    {.kind = TEMPLATE_TEXT, .text = " "},
    {.kind = TEMPLATE_VALUE, .number = NOTE},
    {.kind = TEMPLATE_TEXT, .text = "]"},
    {.kind = TEMPLATE_INVERSE, .number = ITEMS, .end = 9},
    {.kind = TEMPLATE_TEXT, .text = "none"},
};

static void lists_and_conditions(void **state) {
    (void)state;
    assert_string_equal(written(list, COUNT(list), false), "none");
    template_set(template_add(root, ITEMS), ITEM, "a");
    struct template_record *second = template_add(root, ITEMS);
    template_set(second, ITEM, "b");
    template_set(second, NOTE, "own");
    assert_string_equal(written(list, COUNT(list), false), "[a][b own]");
    /* What a record lacks stands around it. */
    template_set(root, NOTE, "outer");
    assert_string_equal(written(list, COUNT(list), false), "[a outer][b own]");
    template_set(second, NOTE, "");
    root = template_record(arena);
    template_set(root, ITEMS, "");
    assert_string_equal(written(list, COUNT(list), false), "none");
}

/* ---- the compiler ---- */

/* What scripts/templates says of a template "t.txt" with a part "p.txt": its C where `good`, else what is
 * wrong. */
static const char *compiled(const char *template, const char *part, bool good) {
    char directory[] = "/tmp/pumasi-template-XXXXXX";
    assert_non_null(mkdtemp(directory));
    const struct {
        const char *name;
        const char *text;
    } files[] = {
        {"t.txt", template},
        {"p.txt", part},
        {"names", "# two\nwho: somebody\nitems: a list\n"},
        {"en.json", "{\n  \"mail.changed\": \"{who} changed\",\n  \"mail.bad\": \"{whom} changed\"\n}\n"}};
    for (size_t i = 0; i < COUNT(files); i++) {
        FILE *file = fopen(arena_print(arena, "%s/%s", directory, files[i].name), "w");
        assert_non_null(file);
        assert_true(fputs(files[i].text, file) >= 0 && fclose(file) == 0);
    }
    char root_directory[4096];
    assert_non_null(getcwd(root_directory, sizeof(root_directory)));
    FILE *output = popen(arena_print(arena, "cd %s && %s/scripts/templates table x names en.json t.txt 2>&1",
                                     directory, root_directory),
                         "r");
    assert_non_null(output);
    char *said = arena_take(arena, 10000);
    size_t size = fread(said, 1, 9999, output);
    said[size] = '\0';
    int status = pclose(output);
    assert_true(WIFEXITED(status));
    if ((WEXITSTATUS(status) == 0) != good)
        fail_msg("status %d: %s", WEXITSTATUS(status), said);
    assert_int_equal(system(arena_print(arena, "rm -r %s", directory)), 0);
    return said;
}

static void assert_fault(const char *template, const char *part, const char *fault) {
    const char *said = compiled(template, part, false);
    if (!strstr(said, fault))
        fail_msg("\"%s\" is not in: %s", fault, said);
}

static void faults_of_a_layout_stop_the_build(void **state) {
    (void)state;
    assert_fault("a\n{{whom}}", "", "t.txt:2: \"whom\" is not in names");
    assert_fault("{{#whom}}{{/whom}}", "", "\"whom\" is not in names");
    assert_fault("{{mail.nothing}}", "", "no sentence mail.nothing");
    assert_fault("{{mail.bad}}", "", "\"whom\" is not in names");
    assert_fault("{{#items}}\nx", "", "{{#items}} of t.txt:1 is not closed");
    assert_fault("{{#items}}{{#who}}{{/items}}{{/who}}", "", "{{/items}} closes {{#who}}");
    assert_fault("{{/items}}", "", "{{/items}} closes nothing");
    assert_fault("{{who", "", "without \"}}\"");
    assert_fault("{{Who}}", "", "{{Who}} is nothing");
    assert_fault("{{}}", "", "{{}} is nothing");
    assert_fault("{{> missing}}", "", "missing.txt:0: cannot be read");
    assert_fault("{{> p}}", "x{{> p}}", "p.txt holds itself");
    assert_fault("{{> p}}", "x\n{{whom}}", "p.txt:2: \"whom\"");
    /* A section does not reach from one file into another. */
    assert_fault("{{> p}}{{/items}}", "{{#items}}", "{{#items}} of p.txt:1 is not closed");
    assert_fault("{{#items}}{{> p}}", "{{/items}}", "p.txt:1: {{/items}} closes nothing");
}

static void lines_of_sections_leave_nothing_behind(void **state) {
    (void)state;
    const char *said =
        compiled("a\n{{! b }}\n  {{#items}}  \nc {{who}}\\\t\"\n{{/items}}\n{{> p}}\nd", "p\n", true);
    assert_non_null(
        strstr(said, ".text = \"a\\n\"},\n    {.kind = TEMPLATE_SECTION, .number = X_ITEMS, .end = 5},\n"
                     "    {.kind = TEMPLATE_TEXT, .text = \"c \"},\n"
                     "    {.kind = TEMPLATE_VALUE, .number = X_WHO},\n"
                     "    {.kind = TEMPLATE_TEXT, .text = \"\\\\\\t\\\"\\n\"},\n"
                     "    {.kind = TEMPLATE_TEXT, .text = \"p\\nd\\n\"},\n"));
    assert_non_null(strstr(said, ".step_count = 6, .names = names, .is_html = false"));
}

/* The values that a sentence names are the same in each language: looking at one is enough for the compiler.
 */
static void languages_name_the_same_values(void **state) {
    (void)state;
    for (enum words_key key = 0; key < WORDS_KEY_COUNT; key++) {
        for (const char *open = words(LANGUAGE_EN, key); (open = strchr(open, '{')) != NULL; open++) {
            const char *name = arena_copy_bytes(arena, open, strcspn(open, "}") + 1);
            if (!strstr(words(LANGUAGE_KO, key), name))
                fail_msg("%s is not in: %s", name, words(LANGUAGE_KO, key));
        }
        for (const char *open = words(LANGUAGE_KO, key); (open = strchr(open, '{')) != NULL; open++) {
            const char *name = arena_copy_bytes(arena, open, strcspn(open, "}") + 1);
            if (!strstr(words(LANGUAGE_EN, key), name))
                fail_msg("%s is not in: %s", name, words(LANGUAGE_EN, key));
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_value_is_one_line_or_escaped),
        TEST(what_runs_the_other_way_is_isolated),
        TEST(sentences_are_filled),
        TEST(lists_and_conditions),
        TEST(faults_of_a_layout_stop_the_build),
        TEST(lines_of_sections_leave_nothing_behind),
        TEST(languages_name_the_same_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
