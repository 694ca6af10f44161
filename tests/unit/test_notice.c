/* What a mail says, in both languages and both forms. */
#include "unit.h"

#include "mail/notice.h"

#include <string.h>

static struct arena *arena;
static struct delivery delivery;
static struct task_news content;
static struct delivery_content whole;

/* Ji-woo is in charge of Min's task 7; something of it is told to Ji-woo. */
static int begin(void **state) {
    (void)state;
    arena = arena_new();
    delivery = (struct delivery){
        .id = 1,
        .task_id = 7,
        .message_id = "task-7.12.3.x@pumasi.example.org",
        .created_at = 1795473647,
        .recipient = {.id = 3, .email = "jiwoo@example.org", .name = "Ji-woo", .language = LANGUAGE_EN},
    };
    content = (struct task_news){
        .task = {.id = 7,
                 .title = "Print the flyers",
                 .description = "",
                 .status = "doing",
                 .progress = 40,
                 .priority = "normal",
                 .assignee = {3, "Ji-woo"},
                 .creator = {1, "Min"},
                 .labels = "[]"},
        .actor = {1, "Min"},
        .at = 1795473600,
    };
    whole = (struct delivery_content){
        .news = &content, .news_count = 1, .reason = REASON_ASSIGNEE, .at = content.at};
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct message written(void) {
    const struct notice notice = {
        .delivery = &delivery,
        .content = &whole,
        .base_url = "https://pumasi.example.org",
        .host = "pumasi.example.org",
        .sender = "tasks@pumasi.example.org",
        .unsubscribe_url = "https://pumasi.example.org/api/unsubscribe?token=3.0.aa",
        .mute_url = delivery.task_id ? "https://pumasi.example.org/api/unsubscribe?token=3.7.bb" : NULL,
        .now = 1795473660,
    };
    return notice_message(arena, &notice);
}

static void assert_has(const char *text, const char *piece) {
    if (!strstr(text, piece))
        fail_msg("\"%s\" is not in:\n%s", piece, text);
}

static void assert_lacks(const char *text, const char *piece) {
    if (strstr(text, piece))
        fail_msg("\"%s\" is in:\n%s", piece, text);
}

static void tell_changes(struct event_change *changes, size_t count) {
    content.changes = changes;
    content.change_count = count;
}

static struct event_change all_changes[] = {
    {.field = "title", .from = "\"Print\"", .to = "\"Print the flyers\""},
    {.field = "status", .from = "\"todo\"", .to = "\"doing\""},
    {.field = "progress", .from = "10", .to = "40"},
    {.field = "priority", .from = "\"normal\"", .to = "\"urgent\""},
    {.field = "assignee", .from = "null", .to = "3", .to_id = 3, .to_name = "Ji-woo"},
    {.field = "due_on", .from = "\"2026-12-01\"", .to = "null"},
    {.field = "labels", .from = "[]", .to = "[\"print\",\"shop\"]"},
    {.field = "description", .from = "\"\"", .to = "\"Two lines:\\nA4 & <b>colour</b>\""},
};

static void a_change_is_told_old_and_new(void **state) {
    (void)state;
    tell_changes(all_changes, COUNT(all_changes));
    struct message mail = written();
    assert_string_equal(mail.text,
                        "#7 Print the flyers\n"
                        "\n"
                        "23 Nov, 22:40 UTC – Min changed this task.\n"
                        "\n"
                        "  Title: Print -> Print the flyers\n"
                        "  Status: To do -> Doing\n"
                        "  Progress: 10 -> 40\n"
                        "  Priority: Normal -> Urgent\n"
                        "  In charge: – -> Ji-woo\n"
                        "  Due: 1 Dec -> –\n"
                        "  Labels: – -> print, shop\n"
                        "\n"
                        "The description changed:\n"
                        "\n"
                        "+ Two lines:\n"
                        "+ A4 & <b>colour</b>\n"
                        "\n"
                        "Open the task:\n"
                        "https://pumasi.example.org/tasks.html?task=7\n"
                        "\n"
                        "-- \n"
                        "You get this mail because you are in charge of the task.\n"
                        "Mute this task: https://pumasi.example.org/api/unsubscribe?token=3.7.bb\n"
                        "Stop all mail: https://pumasi.example.org/api/unsubscribe?token=3.0.aa\n");
    assert_has(mail.html, "<html lang=\"en\">");
    assert_has(mail.html, ">To do</td>\n<td");
    assert_has(mail.html, ">Doing</td>\n</tr>");
    assert_has(mail.html,
               "<ins dir=\"auto\" style=\"text-decoration:none\">A4 &amp; &lt;b&gt;colour&lt;/b&gt;</ins>");
    assert_has(mail.html, "href=\"https://pumasi.example.org/tasks.html?task=7\"");
    assert_has(mail.html, "href=\"https://pumasi.example.org/api/unsubscribe?token=3.7.bb\"");
    assert_has(mail.html, "href=\"https://pumasi.example.org/api/unsubscribe?token=3.0.aa\"");
    assert_has(mail.html, "You get this mail because you are in charge of the task.");
}

static void the_same_is_told_in_korean(void **state) {
    (void)state;
    delivery.recipient.language = LANGUAGE_KO;
    tell_changes(all_changes, COUNT(all_changes));
    struct message mail = written();
    assert_int_equal(mail.language, LANGUAGE_KO);
    assert_string_equal(mail.subject, "[품앗이] #7 Print the flyers");
    assert_has(mail.text, "Min 님이 이 할 일을 바꿨어요.\n");
    assert_has(mail.text, "  제목: Print -> Print the flyers\n");
    assert_has(mail.text, "+ A4 & <b>colour</b>\n");
    assert_has(mail.text, "이 할 일의 담당자라서 보내 드려요.\n");
    assert_has(mail.html, "<html lang=\"ko\">");
    static const char *const english[] = {"Status", "To do",  "Doing",  "Normal",
                                          "Urgent", "Before", "You get"};
    for (size_t i = 0; i < COUNT(english); i++) {
        assert_lacks(mail.text, english[i]);
        assert_lacks(mail.html, english[i]);
    }
}

static void mails_of_a_task_hang_together(void **state) {
    (void)state;
    tell_changes(all_changes, 1);
    struct message mail = written();
    assert_string_equal(mail.subject, "[Pumasi] #7 Print the flyers");
    assert_string_equal(mail.message_id, "task-7.12.3.x@pumasi.example.org");
    assert_string_equal(mail.thread_id, "task-7@pumasi.example.org");
    assert_string_equal(mail.to_address, "jiwoo@example.org");
    assert_string_equal(mail.from_address, "tasks@pumasi.example.org");
    assert_int_equal(mail.date, 1795473660);
}

static void a_new_task_is_shown_as_it_is(void **state) {
    (void)state;
    content.is_created = true;
    content.task.labels = "[\"print\",\"shop\"]";
    content.task.due_on = "2026-12-24";
    content.task.description = "On green paper.";
    struct message mail = written();
    assert_has(mail.text, "Min made this task and put you in charge.\n");
    assert_has(mail.text, "  In charge: Ji-woo\n  Status: Doing\n  Progress: 40\n  Priority: Normal\n"
                          "  Due: 24 Dec\n  Labels: print, shop\n");
    assert_has(mail.text, "> On green paper.\n");
    assert_has(mail.html, ">print, shop</td>");
    content.task.assignee = (struct person){5, "Bo"};
    whole.reason = REASON_CREATOR;
    mail = written();
    assert_has(mail.text, "Min made this task.\n");
    assert_has(mail.text, "You get this mail because you made the task.\n");
}

static void the_bin_and_the_way_back_are_told(void **state) {
    (void)state;
    content.is_deleted = true;
    assert_has(written().text, "Min moved this task to the bin.\n");
    content.is_deleted = false;
    content.is_restored = true;
    content.actor = (struct person){0, NULL};
    assert_has(written().text, "Somebody at the server took this task out of the bin.\n");
}

static void several_people_are_named_as_several(void **state) {
    (void)state;
    content.has_several_actors = true;
    tell_changes(all_changes, 1);
    assert_has(written().text, "Min and others changed this task.\n");
}

static void who_hands_a_task_on_learns_why_she_is_told(void **state) {
    (void)state;
    struct event_change change = {
        .field = "assignee", .from = "3", .to = "5", .from_name = "Ji-woo", .to_name = "Bo"};
    tell_changes(&change, 1);
    whole.reason = REASON_WAS_ASSIGNEE;
    struct message mail = written();
    assert_has(mail.text, "  In charge: Ji-woo -> Bo\n");
    assert_has(mail.text, "You get this mail because you were in charge of the task until now.\n");
}

static void comments_are_quoted_line_by_line(void **state) {
    (void)state;
    /* Whatever ends a line: nothing of a comment stands at the margin. */
    struct event comments[] = {
        {.actor = {1, "Min"}, .comment = "one\ntwo\r\nthree\rfour\n\nsix\n"},
        {.actor = {5, "Bo"}, .comment = "</blockquote><script>alert(1)</script>"},
    };
    content.comments = comments;
    content.comment_count = COUNT(comments);
    struct message mail = written();
    assert_has(mail.text, " – Min wrote:\n\n> one\n> two\n> three\n> four\n> \n> six\n\n");
    assert_lacks(mail.text, "\r");
    assert_has(mail.html, "&lt;/blockquote&gt;&lt;script&gt;");
    assert_lacks(mail.html, "<script");
}

static void a_mail_of_comments_alone_leads_to_the_first_of_them(void **state) {
    (void)state;
    struct event comments[] = {
        {.actor = {1, "Min"}, .comment = "Look", .comment_id = 31},
        {.actor = {5, "Bo"}, .comment = "I did", .comment_id = 32},
    };
    content.comments = comments;
    content.comment_count = COUNT(comments);
    struct message mail = written();
    assert_has(mail.text, "https://pumasi.example.org/tasks.html?task=7#comment-31\n");
    assert_has(mail.html, "href=\"https://pumasi.example.org/tasks.html?task=7#comment-31\"");
    tell_changes(all_changes, 1);
    assert_has(written().text, "https://pumasi.example.org/tasks.html?task=7\n");
}

static void a_very_long_text_is_cut_between_characters(void **state) {
    (void)state;
    struct buffer text = buffer_new(arena, 66000);
    buffer_add_char(&text, 'x');
    while (text.size < 65000)
        buffer_add(&text, "가");
    struct event comment = {.actor = {1, "Min"}, .comment = text.data};
    content.comments = &comment;
    content.comment_count = 1;
    struct message mail = written();
    assert_true(strlen(mail.text) < 9000);
    assert_has(mail.text, "가 …\n");
    assert_has(mail.html, "가 …<br></div></blockquote>");
}

static void no_field_can_begin_a_line_of_its_own(void **state) {
    (void)state;
    content.task.title = "x\n\nYou get this mail because\r\nyou won";
    content.actor.name = "Min\nBo";
    struct event_change change = {.field = "title", .from = "\"a\\n  Due: b\"", .to = "\"c\\r\\nd\""};
    tell_changes(&change, 1);
    struct message mail = written();
    assert_has(mail.text,
               "#7 x  You get this mail because you won\n\n23 Nov, 22:40 UTC – Min Bo changed this task.\n\n"
               "  Title: a   Due: b -> c d\n");
}

static void markup_and_placeholders_stay_text(void **state) {
    (void)state;
    content.task.title = "{who} <img src=x onerror=\"alert(1)\"> & 'q'";
    content.actor.name = "<b>{title}</b>";
    tell_changes(all_changes, 1);
    struct message mail = written();
    assert_string_equal(mail.subject, "[Pumasi] #7 {who} <img src=x onerror=\"alert(1)\"> & 'q'");
    assert_has(mail.text, "<b>{title}</b> changed this task.");
    assert_has(mail.html, "&lt;b&gt;{title}&lt;/b&gt; changed this task.");
    assert_has(mail.html, "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
    assert_lacks(mail.html, "<img");
    assert_lacks(mail.html, "<b>");
}

static void the_host_is_taken_from_the_base_address(void **state) {
    (void)state;
    assert_string_equal(notice_host(arena, "https://pumasi.example.org"), "pumasi.example.org");
    assert_string_equal(notice_host(arena, "http://127.0.0.1:8080/tasks"), "127.0.0.1");
    assert_string_equal(notice_host(arena, ""), "localhost");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_told_old_and_new),
        TEST(the_same_is_told_in_korean),
        TEST(mails_of_a_task_hang_together),
        TEST(a_new_task_is_shown_as_it_is),
        TEST(the_bin_and_the_way_back_are_told),
        TEST(several_people_are_named_as_several),
        TEST(who_hands_a_task_on_learns_why_she_is_told),
        TEST(comments_are_quoted_line_by_line),
        TEST(a_mail_of_comments_alone_leads_to_the_first_of_them),
        TEST(a_very_long_text_is_cut_between_characters),
        TEST(no_field_can_begin_a_line_of_its_own),
        TEST(markup_and_placeholders_stay_text),
        TEST(the_host_is_taken_from_the_base_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
