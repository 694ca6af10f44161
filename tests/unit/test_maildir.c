/* A mail becomes one file, whole and durable, and stays one however often it is delivered. */
#include "unit.h"

#include "mail/maildir.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static char root[32];
static struct arena *arena;

static int begin(void **state) {
    (void)state;
    (void)snprintf(root, sizeof(root), "/tmp/pumasi-unit.XXXXXX");
    arena = arena_new();
    return mkdtemp(root) ? 0 : -1;
}

static void remove_all(const char *path) {
    DIR *directory = opendir(path);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_all(arena_print(arena, "%s/%s", path, entry->d_name));
    if (directory)
        (void)closedir(directory);
    (void)remove(path);
}

static int end(void **state) {
    (void)state;
    remove_all(root);
    arena_free(arena);
    return 0;
}

static const char *box(void) {
    return arena_print(arena, "%s/mail", root);
}

static struct letter letter_of(const char *message_id) {
    static const char bytes[] = "Subject: x\r\n\r\n.\r\nFrom here\r\n";
    return (struct letter){
        .recipient = "bo@example.org", .message_id = message_id, .bytes = bytes, .size = sizeof(bytes) - 1};
}

static void deliver(const char *message_id) {
    struct letter letter = letter_of(message_id);
    struct letter_result result = maildir_deliver(arena, box(), &letter);
    assert_string_equal(result.text, "");
    assert_int_equal(result.state, LETTER_SENT);
}

/* The only file of new, tmp or cur; NULL: none. */
static const char *only(const char *part) {
    DIR *directory = opendir(arena_print(arena, "%s/%s", box(), part));
    assert_non_null(directory);
    const char *found = NULL;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        assert_null(found);
        found = arena_print(arena, "%s/%s/%s", box(), part, entry->d_name);
    }
    (void)closedir(directory);
    return found;
}

static const char *content(const char *path) {
    char *bytes = arena_take(arena, 200);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    (void)fread(bytes, 1, 199, file);
    (void)fclose(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(bytes, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_mail_is_one_file_for_its_owner(void **state) {
    (void)state;
    deliver("task-1.2.3.x@example.org");
    const char *file = only("new");
    assert_string_equal(file, arena_print(arena, "%s/new/task-1.2.3.x_example.org", box()));
    assert_string_equal(content(file), "Subject: x\n\n.\nFrom here\n");
    assert_null(only("tmp"));
    assert_null(only("cur"));
    struct stat status;
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(stat(box(), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
}

static void a_second_try_finds_the_first(void **state) {
    (void)state;
    deliver("task-1.2.3.x@example.org");
    const char *file = only("new");
    write_file(file, "untouched");
    deliver("task-1.2.3.x@example.org");
    assert_string_equal(content(only("new")), "untouched");
}

static void a_mail_that_was_read_is_not_delivered_again(void **state) {
    (void)state;
    static const char *const flags[] = {":2,", ":2,S", ":2,FRST", ":2,Sa", ",S=123,W=130:2,S", ""};
    for (size_t i = 0; i < COUNT(flags); i++) {
        const char *id = arena_print(arena, "task-%zu@example.org", i);
        deliver(id);
        const char *file = only("new");
        const char *read = arena_print(arena, "%s/cur/%s%s", box(), strrchr(file, '/') + 1, flags[i]);
        assert_int_equal(rename(file, read), 0);
        deliver(id);
        assert_null(only("new"));
        assert_int_equal(unlink(read), 0);
    }
    /* A name that only begins like it is another mail. */
    deliver("task-1@example.org");
    assert_int_equal(rename(only("new"), arena_print(arena, "%s/cur/task-1_example.org.net:2,S", box())), 0);
    deliver("task-1@example.org");
    assert_non_null(only("new"));
}

static void what_a_crash_left_half_written_is_written_anew(void **state) {
    (void)state;
    deliver("first@example.org");
    assert_int_equal(unlink(only("new")), 0);
    write_file(arena_print(arena, "%s/tmp/second_example.org", box()),
               "Subject: half, and longer than the whole");
    deliver("second@example.org");
    assert_string_equal(content(only("new")), "Subject: x\n\n.\nFrom here\n");
    assert_null(only("tmp"));
}

static void a_message_id_cannot_leave_the_directory(void **state) {
    (void)state;
    deliver("../../evil:2,S/..");
    assert_string_equal(only("new"), arena_print(arena, "%s/new/_._.._evil_2_S_..", box()));
}

static void what_cannot_be_written_waits(void **state) {
    (void)state;
    write_file(box(), "a file stands where the directory should be");
    struct letter letter = letter_of("x@example.org");
    struct letter_result result = maildir_deliver(arena, box(), &letter);
    assert_int_equal(result.state, LETTER_RETRY);
    assert_non_null(strstr(result.text, "Not a directory"));
    assert_int_equal(unlink(box()), 0);
    deliver("x@example.org");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_mail_is_one_file_for_its_owner, begin, end),
        cmocka_unit_test_setup_teardown(a_second_try_finds_the_first, begin, end),
        cmocka_unit_test_setup_teardown(a_mail_that_was_read_is_not_delivered_again, begin, end),
        cmocka_unit_test_setup_teardown(what_a_crash_left_half_written_is_written_anew, begin, end),
        cmocka_unit_test_setup_teardown(a_message_id_cannot_leave_the_directory, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_waits, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
