/* FastCGI's records: when a request has arrived whole, and how an answer is cut into them. */
#include "unit.h"

#include "http/record.h"

#include <string.h>

enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, GET_VALUES = 9 };

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void add(struct buffer *bytes, unsigned char type, unsigned char id, const char *content,
                unsigned char padding) {
    static const char nothing[8];
    size_t size = strlen(content);
    const unsigned char head[8] = {1,       type, 0, id, (unsigned char)(size >> 8), (unsigned char)size,
                                   padding, 0};
    buffer_add_bytes(bytes, head, sizeof(head));
    buffer_add_bytes(bytes, content, size);
    buffer_add_bytes(bytes, nothing, padding);
}

static bool is_whole(const struct buffer *bytes) {
    return record_is_whole((const unsigned char *)bytes->data, bytes->size);
}

static struct buffer whole_request(void) {
    struct buffer bytes = buffer_new(arena, 256);
    add(&bytes, BEGIN_REQUEST, 7, "12345678", 0);
    add(&bytes, PARAMS, 7, "some", 4);
    add(&bytes, PARAMS, 7, "more", 0);
    add(&bytes, PARAMS, 7, "", 0);
    add(&bytes, STDIN, 7, "{}", 6);
    add(&bytes, STDIN, 7, "", 0);
    return bytes;
}

/* In memory of its own size, so that a look past the end is found. */
static void a_request_is_whole_with_its_last_byte(void **state) {
    (void)state;
    struct buffer whole = whole_request();
    for (size_t size = 0; size <= whole.size; size++) {
        unsigned char *bytes = malloc(size ? size : 1);
        assert_non_null(bytes);
        memcpy(bytes, whole.data, size);
        assert_int_equal(record_is_whole(bytes, size), size == whole.size);
        free(bytes);
    }
    add(&whole, GET_VALUES, 0, "what comes behind it", 0);
    assert_true(is_whole(&whole));
}

/* libfcgi skips or answers these, and reads on. */
static void what_is_odd_is_not_whole(void **state) {
    (void)state;
    enum { VERSION_AT = 0, TYPE_AT = 1, ID_AT = 3, SECOND_RECORD = 16 };
    static const struct {
        size_t at;
        char byte;
    } oddities[] = {
        {VERSION_AT, 2},
        {TYPE_AT, GET_VALUES},
        {SECOND_RECORD + VERSION_AT, 0},
        {SECOND_RECORD + TYPE_AT, STDIN},
        {SECOND_RECORD + TYPE_AT, BEGIN_REQUEST},
        {SECOND_RECORD + ID_AT, 8},
    };
    for (size_t i = 0; i < COUNT(oddities); i++) {
        struct buffer bytes = whole_request();
        assert_true(is_whole(&bytes));
        bytes.data[oddities[i].at] = oddities[i].byte;
        assert_false(is_whole(&bytes));
    }
}

static void a_large_answer_is_several_records(void **state) {
    (void)state;
    enum { SIZE = 200000 };
    struct buffer head = buffer_new(arena, 16);
    buffer_add(&head, "Status: 200\r\n\r\n");
    struct buffer body = buffer_new(arena, SIZE);
    for (size_t i = 0; i < SIZE; i++)
        buffer_add_char(&body, (char)('a' + i % 26));
    struct buffer out = record_answer(arena, 7, &head, &body);
    struct buffer said = buffer_new(arena, SIZE);
    int last_type = 0;
    for (size_t at = 0; at < out.size;) {
        const unsigned char *record = (const unsigned char *)out.data + at;
        size_t size = (size_t)record[4] << 8 | record[5];
        assert_int_equal(record[3], 7);
        last_type = record[1];
        if (last_type == STDOUT)
            buffer_add_bytes(&said, record + 8, size);
        at += 8 + size + record[6];
        assert_true(at <= out.size);
    }
    assert_int_equal(last_type, END_REQUEST);
    assert_int_equal(said.size, head.size + SIZE);
    assert_memory_equal(said.data + head.size, body.data, SIZE);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_whole_with_its_last_byte),
        TEST(what_is_odd_is_not_whole),
        TEST(a_large_answer_is_several_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
