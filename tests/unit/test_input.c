/* What arrives becomes checked values, the same from JSON, form and query; what is wrong is told field by
 * field. */
#include "unit.h"

#include "base/buffer.h"
#include "http/input.h"

#include <string.h>

enum { TEXT, LONG, SECRET, NUMBER, CHOICE, DAY, PERSON, LABELS, FLAG, ZONE };

static const char *const colours[] = {"red", "green", NULL};
static const struct field fields[] = {
    [TEXT] = {.name = "text", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = 5},
    [LONG] = {.name = "long", .type = FIELD_LONGTEXT, .in_bytes = true, .most = 9},
    [SECRET] = {.name = "secret", .type = FIELD_SECRET, .least = 2, .most = 9},
    [NUMBER] = {.name = "number", .type = FIELD_INTEGER, .least = -5, .most = 100},
    [CHOICE] = {.name = "choice", .type = FIELD_CHOICE, .choices = colours},
    [DAY] = {.name = "day", .type = FIELD_DAY, .may_be_empty = true},
    [PERSON] = {.name = "person", .type = FIELD_PERSON, .may_be_empty = true, .least = 1, .most = INT64_MAX},
    [LABELS] = {.name = "labels", .type = FIELD_LABELS, .least = 3, .most = 4},
    [FLAG] = {.name = "flag", .type = FIELD_FLAG, .most = 1},
    [ZONE] = {.name = "zone", .type = FIELD_ZONE},
};
static const struct function function = {.name = "test", FUNCTION_FIELDS(fields)};

static void add_value(struct buffer *out, const struct field *field, const struct field_value *value) {
    if (!value->is_given)
        return;
    buffer_print(out, "%s=", field->name);
    if (value->is_empty)
        buffer_add(out, "(empty)");
    else if (field->type == FIELD_LABELS)
        for (size_t i = 0; i < value->count; i++)
            buffer_print(out, "[%s]", value->texts[i]);
    else if (value->text)
        buffer_add(out, value->text);
    else
        buffer_print(out, "%lld", (long long)value->integer);
    buffer_add(out, ";");
}

/* "field=value;" of all that was given; or "field:code " of all faults; or "malformed". */
static const char *read_input(struct arena *arena, bool is_json, const char *bytes, size_t size) {
    static const struct user user = {.id = 7};
    struct request request = {.arena = arena, .function = &function, .user = &user};
    request.values = arena_take_array(arena, COUNT(fields), sizeof(*request.values));
    const char *detail = NULL;
    /* Exactly as long as it is, so that the sanitizer sees a byte read too many. */
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    enum input_result result = is_json ? input_read_json(&request, copy, size, &detail)
                                       : input_read_form(&request, copy, size, &detail);
    free(copy);
    if (result == INPUT_MALFORMED) {
        assert_non_null(detail);
        assert_true(*detail);
        return "malformed";
    }
    struct buffer out = buffer_new(arena, 256);
    for (const struct fault *fault = request.faults; fault; fault = fault->next) {
        assert_true(*fault->message);
        buffer_print(&out, "%s:%s ", fault->field, fault->code);
    }
    for (size_t i = 0; i < COUNT(fields) && !request.faults; i++)
        add_value(&out, &fields[i], &request.values[i]);
    return out.size ? out.data : "";
}

struct example {
    const char *input;
    const char *expected;
};

static void check_all(bool is_json, const struct example *examples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_new();
        const char *got = read_input(arena, is_json, examples[i].input, strlen(examples[i].input));
        if (strcmp(got, examples[i].expected) != 0)
            fail_msg("%s\n  gives    %s\n  expected %s", examples[i].input, got, examples[i].expected);
        arena_free(arena);
    }
}

static void json_bodies(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"{\"text\":\" a b \"}", "text=a b;"},
        {"{\"text\":\"가나다라마\"}", "text=가나다라마;"},
        {"{\"text\":\"가나다라마바\"}", "text:too_long "},
        {"{\"text\":\"a\",\"long\":\" a\\n\\tb \"}", "text=a;long= a\n\tb ;"},
        {"{\"text\":\"a\",\"long\":\"가나다\"}", "text=a;long=가나다;"},
        {"{\"text\":\"a\",\"long\":\"가나다x\"}", "long:too_long "},
        {"{\"text\":\"a\",\"secret\":\" a \"}", "text=a;secret= a ;"},
        {"{\"text\":\"a\",\"secret\":\"a\"}", "secret:too_short "},
        {"{\"text\":\"a\",\"number\":-5}", "text=a;number=-5;"},
        {"{\"text\":\"a\",\"number\":-6}", "number:range "},
        {"{\"text\":\"a\",\"number\":9223372036854775808}", "number:range "},
        {"{\"text\":\"a\",\"number\":-9223372036854775809}", "number:range "},
        {"{\"text\":\"a\",\"number\":1.0}", "number:type "},
        {"{\"text\":\"a\",\"number\":\"1\"}", "number:type "},
        {"{\"text\":\"a\",\"choice\":\"green\"}", "text=a;choice=green;"},
        {"{\"text\":\"a\",\"choice\":\"Green\"}", "choice:choice "},
        {"{\"text\":\"a\",\"day\":\"2028-02-29\"}", "text=a;day=2028-02-29;"},
        {"{\"text\":\"a\",\"day\":\"2027-02-29\"}", "day:date "},
        {"{\"text\":\"a\",\"day\":null,\"person\":null}", "text=a;day=(empty);person=(empty);"},
        {"{\"text\":\"a\",\"day\":\"\"}", "text=a;day=(empty);"},
        {"{\"text\":\"a\",\"labels\":[\" b \",\"\",\"a\"]}", "text=a;labels=[b][a];"},
        {"{\"text\":\"a\",\"labels\":[]}", "text=a;labels=;"},
        {"{\"text\":\"a\",\"labels\":[\"a\",\"b\",\"c\",\"d\"]}", "labels:too_many "},
        {"{\"text\":\"a\",\"labels\":[\"가나다라마\"]}", "labels:too_long "},
        {"{\"text\":\"a\",\"labels\":[\"a,b\"]}", "labels:control "},
        {"{\"text\":\"a\",\"labels\":[1]}", "labels:type "},
        {"{\"text\":\"a\",\"flag\":true}", "text=a;flag=1;"},
        {"{\"text\":\"a\",\"flag\":2}", "flag:range "},
        {"{\"text\":\"a\",\"zone\":\" Asia/Seoul \"}", "text=a;zone=Asia/Seoul;"},
        {"{\"text\":\"a\",\"zone\":\"Asia/Soul\"}", "zone:zone "},
        {"{\"text\":\"a\",\"zone\":\"\"}", "zone:zone "},
        {"{\"text\":\"a\",\"zone\":9}", "zone:type "},
        {"{}", "text:required "},
        {"{\"text\":null}", "text:required "},
        {"{\"text\":\"  \"}", "text:required "},
        {"{\"text\":\"a\\u0007\"}", "text:control "},
        {"{\"text\":\"a\\nb\"}", "text:control "},
        {"{\"text\":\"a\",\"other\":1}", "other:unknown "},
        {"{\"text\":1,\"number\":\"x\",\"day\":\"y\",\"z\":{}}", "text:type number:type day:date z:unknown "},
        {"{\"text\":\"a\\u0000\"}", "malformed"},
        {"{\"text\":\"a\",\"text\":\"b\"}", "malformed"},
        {"[]", "malformed"},
        {"1", "malformed"},
        {"null", "malformed"},
        {"", "malformed"},
        {"{\"text\":\"a\"", "malformed"},
        {"{\"text\":\"\xff\"}", "malformed"},
    };
    check_all(true, examples, COUNT(examples));
}

static void forms_and_queries(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"text=+a+b+", "text=a b;"},
        {"text=%EA%B0%80%2B%26", "text=가+&;"},
        {"text=a&long=x%0D%0Ay", "text=a;long=x\ny;"},
        {"text=a&long=x%0Dy", "long:control "},
        {"text=a&secret=+x+", "text=a;secret= x ;"},
        {"text=a&number=42", "text=a;number=42;"},
        {"text=a&number=42x", "number:type "},
        {"text=a&number=%2B4", "number:type "},
        {"text=a&number=", "number:type "},
        {"text=a&number=99999999999999999999", "number:range "},
        {"text=a&number=-99999999999999999999", "number:range "},
        {"text=a&person=me", "text=a;person=7;"},
        {"text=a&person=none", "text=a;person=0;"},
        {"text=a&person=0", "person:range "},
        {"text=a&person=&day=", "text=a;day=(empty);person=(empty);"},
        {"text=a&labels=+b,,c+,", "text=a;labels=[b][c];"},
        {"text=a&labels=", "text=a;labels=;"},
        {"text=a&labels=a,b,c,d", "labels:too_many "},
        {"text=a&flag=1", "text=a;flag=1;"},
        {"text=a&flag=0&flag=1", "text=a;flag=1;"},
        {"text=a&flag=0", "text=a;flag=0;"},
        {"text=a&flag=1&flag=0", "flag:repeated "},
        {"text=a&flag=1&flag=1", "flag:repeated "},
        {"text=a&flag=0&flag=0", "flag:repeated "},
        {"text=a&flag=0&flag=1&flag=1", "flag:repeated "},
        {"text=a&flag=x&flag=1", "flag:type "},
        {"text=a&number=0&number=1", "number:repeated "},
        {"text=a&zone=Etc%2FGMT%2B5", "text=a;zone=Etc/GMT+5;"},
        {"text=a&zone=", "zone:zone "},
        {"&&text=a&&", "text=a;"},
        {"text=a&text=b", "text:repeated "},
        {"text=a&other", "other:unknown "},
        {"text", "text:required "},
        {"", "text:required "},
        {"choice=blue&number=x&day=z", "choice:choice number:type day:date text:required "},
        {"text=%", "malformed"},
        {"text=%4", "malformed"},
        {"text=%4g", "malformed"},
        {"text=%00", "malformed"},
        {"text=%FF", "malformed"},
        {"%ff=1&text=a", "malformed"},
        {"text=\xed\xa0\x80", "malformed"},
    };
    check_all(false, examples, COUNT(examples));
}

static void a_raw_nul_is_malformed(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    static const char form[] = "text=a\0b";
    static const char json[] = "{\"text\":\"a\0b\"}";
    assert_string_equal(read_input(arena, false, form, sizeof(form) - 1), "malformed");
    assert_string_equal(read_input(arena, true, json, sizeof(json) - 1), "malformed");
    arena_free(arena);
}

/* A body cut at any byte is read without a step outside, and never believed whole. */
static void cut_anywhere(void **state) {
    (void)state;
    static const char json[] =
        "{\"text\":\"\\uac00\\ud83c\\udf89\",\"labels\":[\"a\",\"b\"],\"number\":-4,\"day\":null}";
    static const char form[] = "text=%EA%B0%80&labels=a%2Cb&number=-4&day=";
    struct arena *arena = arena_new();
    for (size_t size = 0; size < sizeof(json) - 1; size++)
        assert_string_equal(read_input(arena, true, json, size), "malformed");
    for (size_t size = 0; size < sizeof(form) - 1; size++)
        assert_non_null(read_input(arena, false, form, size));
    assert_string_equal(read_input(arena, true, json, sizeof(json) - 1),
                        "text=가🎉;number=-4;day=(empty);labels=[a][b];");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_bodies),
        cmocka_unit_test(forms_and_queries),
        cmocka_unit_test(a_raw_nul_is_malformed),
        cmocka_unit_test(cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
