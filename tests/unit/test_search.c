/* A query is cut as the index cuts texts: what stands in a task is found, in any script; what does not, is
 * not. */
#include "unit.h"

#include "data/db_search.h"
#include "domain/task_list.h"

static struct fresh fresh;

DB_QUERY(TEST_USER, "INSERT INTO \"user\" (email, email_key, name) VALUES ('a@b', 'a@b', 'Min')");
DB_QUERY(TEST_TASK, "INSERT INTO task (title, description, creator_id) VALUES ($1, $2, 1)");

static const struct grant grants[] = {{"user", 3}, {"task", 3}, {"task_label", MAY_READ}};

static size_t hits(struct db *db, const char *words) {
    const struct task_filter filter = {.assignee_id = -1, .creator_id = -1, .words = words, .limit = 50};
    struct task_page page = {0};
    assert_int_equal(task_list(db, fresh.arena, &filter, &page), OUTCOME_OK);
    return page.count;
}

static void what_is_there_is_found(void **state) {
    (void)state;
    static const struct {
        const char *title, *description, *query;
        size_t count;
    } examples[] = {
        {"새전단지인쇄", "", "전단지", 1},
        {"새전단지인쇄", "", "전단", 1},
        {"새전단지인쇄", "", "단", 1},
        {"새전단지인쇄", "", "쇄", 1},
        {"새전단지인쇄", "", "인쇄전", 0},
        {"팀 회의 준비", "", "회의", 1},
        {"팀회의준비", "", "회의", 1},
        {"회 의", "", "회의", 0},
        {"회의", "", "의회", 0},
        {"Print the flyers", "", "flye", 1},
        {"Print the flyers", "", "FLYERS print", 1},
        {"Print the flyers", "", "lyers", 0},
        {"Print the flyers", "two sides", "flyers sides", 1},
        {"Print the flyers", "two sides", "flyers three", 0},
        {"v2전단지", "", "v2전단", 1},
        {"v2전단지", "", "전단지", 1},
        {"A4용지 50장", "", "용지 50", 1},
        {"会議の資料", "", "会議", 1},
        {"café", "", "cafe", 1},
        {"say \"hello\" AND (bye)", "", "\"hello\"", 1},
        {"say \"hello\" AND (bye)", "", "(bye) AND", 1},
        {"say \"hello\" AND (bye)", "", "NEAR(", 0},
        {"title", "", "title*", 1},
        {"title", "", "-title", 1},
        {"title", "", "***", 0},
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        fresh_make(&fresh);
        struct db *db = fresh_open(&fresh, false, grants, COUNT(grants));
        assert_int_equal(db_begin_write(db, 0), DB_OK);
        assert_int_equal(db_run_values(db, &TEST_USER, NULL, 0), DB_OK);
        assert_int_equal(db_run(db, &TEST_TASK, db_text(examples[i].title), db_text(examples[i].description)),
                         DB_OK);
        assert_int_equal(db_commit(db), DB_OK);
        size_t count = hits(db, examples[i].query);
        if (count != examples[i].count)
            fail_msg("\"%s\" in \"%s\": %zu (%s)", examples[i].query, examples[i].title, count,
                     search_expression(fresh.arena, examples[i].query));
        db_close(db);
        fresh_remove(&fresh);
    }
}

/* Each piece of a long Korean text is found where the index's pieces of 256 characters meet, too. */
static void pieces_of_long_texts_meet(void **state) {
    (void)state;
    fresh_make(&fresh);
    struct buffer text = buffer_new(fresh.arena, 8192);
    for (int i = 0; i < 1000; i++) {
        /* Syllables that differ: 가, 각, 갂 ... from U+AC00 */
        unsigned code = 0xAC00U + (unsigned)i;
        buffer_print(&text, "%c%c%c", (int)(0xE0U | code >> 12), (int)(0x80U | (code >> 6 & 63U)),
                     (int)(0x80U | (code & 63U)));
    }
    struct db *db = fresh_open(&fresh, false, grants, COUNT(grants));
    assert_int_equal(db_begin_write(db, 0), DB_OK);
    assert_int_equal(db_run_values(db, &TEST_USER, NULL, 0), DB_OK);
    assert_int_equal(db_run(db, &TEST_TASK, db_text("x"), db_text(text.data)), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    for (size_t i = 0; i + 3 <= 1000; i += 1) {
        const char *query = arena_copy_bytes(fresh.arena, text.data + i * 3, 9);
        if (hits(db, query) != 1)
            fail_msg("not found at character %zu", i);
    }
    db_close(db);
    fresh_remove(&fresh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_is_found),
        cmocka_unit_test(pieces_of_long_texts_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
