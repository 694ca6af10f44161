/* The pages that the server writes: nothing of people's gets out of its place, and both languages are whole.
 */
#include "unit.h"

#include "http/page_factor.h"
#include "http/page_history.h"
#include "http/page_list.h"
#include "http/page_mails.h"
#include "http/page_profile.h"
#include "http/page_task.h"

#include <string.h>

static const char hostile[] = "</textarea><script>alert('1')</script>\"'&";
static const int64_t now = 1795424400; /* 2026-11-23T09:00:00Z, a Monday */

static const struct user min = {
    .id = 1,
    .email = "min@example.org",
    .name = "Min",
    .language = LANGUAGE_EN,
    .mail = {.how = "daily", .level = "all", .hour = 7, .time_zone = "Asia/Seoul"},
};
static const struct task_filter everything = {.assignee_id = -1, .creator_id = -1, .is_descending = true};

static struct task some_task(const char *text) {
    return (struct task){
        .id = 7,
        .title = text,
        .description = text,
        .status = "doing",
        .progress = 40,
        .priority = "high",
        .assignee = {3, text},
        .creator = {1, text},
        .due_on = "2026-11-20",
        .labels = "[\"</li><b>\", \"print\"]",
        .version = 2,
        .created_at = now,
        .updated_at = now,
    };
}

/* The list of one task, as that person sees it. */
static const char *list_of(struct arena *arena, const struct user *viewer, const struct task_filter *filter,
                           struct task *task, const struct page_query *query, const char *next) {
    const struct user people[] = {*viewer};
    struct task_page page = {.tasks = task, .count = task != NULL, .next = next};
    struct buffer out = buffer_new(arena, 4096);
    page_tasks(&out, viewer, filter, &page, people, COUNT(people), query, now);
    return out.data;
}

static const char *page_of(struct arena *arena, const struct user *viewer, const struct task *task,
                           const struct event *events, size_t count) {
    struct buffer out = buffer_new(arena, 4096);
    const struct person watching[] = {{3, task->assignee.name}};
    const struct watch watch = {.state = "watch", .people = watching, .count = COUNT(watching)};
    const struct task_view view = {viewer, task, &watch, viewer, 1, events, count, now};
    page_task(&out, &view);
    return out.data;
}

static const char *settings_of(struct arena *arena, const struct user *viewer,
                               const struct profile_form *form) {
    struct buffer out = buffer_new(arena, 4096);
    page_profile(&out, viewer, form);
    return out.data;
}

static void assert_holds(const char *page, const char *piece) {
    if (!strstr(page, piece))
        fail_msg("\"%s\" is not in:\n%s", piece, page);
}

static void assert_lacks(const char *page, const char *piece) {
    if (strstr(page, piece))
        fail_msg("\"%s\" is in:\n%s", piece, page);
}

static void text_from_people_stays_text(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct task task = some_task(hostile);
    struct user viewer = min;
    viewer.name = hostile;
    const struct page_query query = {.q = hostile, .assignee = hostile, .label = hostile, .sort = hostile};
    struct event_change renamed = {.field = "title", .from = "\"<i>\"", .to = "\"<script>\""};
    struct event events[] = {
        {.id = 1, .at = now, .type = "task.commented", .actor = {1, hostile}, .comment = hostile},
        {.id = 2,
         .at = now,
         .type = "task.updated",
         .actor = {1, hostile},
         .changes = &renamed,
         .change_count = 1},
    };
    const struct fault fault = {.field = hostile, .code = "x", .message = hostile};
    struct buffer problem = buffer_new(arena, 4096);
    page_problem(&problem, LANGUAGE_EN,
                 &(struct page_problem){503, hostile, hostile, &fault, &viewer, false});
    const char *zones[] = {hostile, "Asia/Seoul"};
    struct profile_form form = profile_form_of(arena, &viewer);
    for (size_t i = 0; i < PROFILE_FIELD_COUNT; i++)
        form.values[i] = hostile;
    form.faults = &fault;
    form.zones = (struct clock_zones){zones, COUNT(zones)};
    const struct session session = {.id = 1, .created_at = now, .browser = hostile};
    const struct page_sessions sessions = {&session, 1, 1, now};
    form.sessions = &sessions;
    struct profile_form typed = form;
    typed.zones.count = 0;
    struct buffer code = buffer_new(arena, 4096);
    page_code(&code, LANGUAGE_EN, hostile, WORDS_PROBLEM_CODE_REQUIRED);
    const struct fault of_code = {.field = "code", .code = "x", .message = hostile};
    const struct factor factor = {0};
    const struct page_factor begun = {&factor, true, "ABCD", hostile, &of_code};
    struct buffer app = buffer_new(arena, 4096);
    page_factor(&app, &viewer, &begun);
    const char *pages[] = {
        code.data,
        app.data,
        settings_of(arena, &viewer, &form),
        settings_of(arena, &viewer, &typed),
        list_of(arena, &viewer, &everything, &task, &query, hostile),
        page_of(arena, &viewer, &task, events, COUNT(events)),
        problem.data,
    };
    for (size_t i = 0; i < COUNT(pages); i++) {
        assert_lacks(pages[i], "<script>");
        assert_lacks(pages[i], "<b>");
        assert_lacks(pages[i], "<i>");
        assert_lacks(pages[i], "alert('");
        assert_holds(pages[i], "&lt;script&gt;");
    }
    arena_free(arena);
}

static void a_page_speaks_its_viewers_language(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct task task = some_task("Print the flyers");
    struct user viewer = min;
    const struct page_query query = {0};
    assert_holds(list_of(arena, &viewer, &everything, &task, &query, NULL), "3 days late");
    assert_holds(page_of(arena, &viewer, &task, NULL, 0), "<html lang=\"en\">");
    viewer.language = LANGUAGE_KO;
    const char *page = list_of(arena, &viewer, &everything, &task, &query, NULL);
    assert_holds(page, "<html lang=\"ko\">");
    assert_holds(page, "3일 지남");
    assert_holds(page, "진행 중");
    assert_lacks(page, "Doing");
    assert_holds(page_of(arena, &viewer, &task, NULL, 0), "저장");
    arena_free(arena);
}

static void an_empty_list_says_so_and_what_to_do(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct page_query query = {0};
    const char *page = list_of(arena, &min, &everything, NULL, &query, NULL);
    assert_holds(page, words(LANGUAGE_EN, WORDS_PAGE_EMPTY));
    assert_lacks(page, "<table");
    struct task_filter late = everything;
    late.due = DUE_OVERDUE;
    page = list_of(arena, &min, &late, NULL, &query, NULL);
    assert_holds(page, words(LANGUAGE_EN, WORDS_PAGE_EMPTY_FILTERED));
    assert_holds(page, words(LANGUAGE_EN, WORDS_PAGE_FILTER_CLEAR));
    struct task_filter bin = everything;
    bin.in_bin = true;
    page = list_of(arena, &min, &bin, NULL, &query, NULL);
    assert_holds(page, words(LANGUAGE_EN, WORDS_PAGE_EMPTY_BIN));
    assert_lacks(page, "class=\"new");
    arena_free(arena);
}

static void the_next_page_keeps_the_filters(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct task task = some_task("Print the flyers");
    const struct page_query query = {.q = "두 낱말&", .status = "doing", .due = ""};
    const char *page = list_of(arena, &min, &everything, &task, &query, "a=b");
    assert_holds(page, "/api/tasks?q=%EB%91%90%20%EB%82%B1%EB%A7%90%26&amp;status=doing&amp;after=a%3Db\"");
    arena_free(arena);
}

static void history_reads_as_sentences_the_latest_first(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct event_change changes[] = {
        {.field = "progress", .from = "10", .to = "40"},
        {.field = "status", .from = "\"todo\"", .to = "\"doing\""},
        {.field = "assignee", .from = "null", .to = "3", .to_id = 3, .to_name = "Ji-woo"},
        {.field = "due_on", .from = "\"2026-12-01\"", .to = "null"},
        {.field = "labels", .from = "[]", .to = "[\"print\",\"market\"]"},
    };
    struct event events[] = {
        {.id = 1, .at = now - 86400, .type = "task.created", .actor = {1, "Min"}},
        {.id = 2,
         .at = now,
         .type = "task.updated",
         .actor = {0, NULL},
         .changes = changes,
         .change_count = 5},
    };
    struct buffer out = buffer_new(arena, 1024);
    page_history(&out, LANGUAGE_EN, events, COUNT(events), now);
    const char *server = words(LANGUAGE_EN, WORDS_PAGE_SOMEONE);
    assert_holds(out.data, arena_print(arena, "%s moved progress from 10 to 40", server));
    assert_holds(out.data, "moved status from “To\u00a0do” to “Doing”");
    assert_holds(out.data, "put Ji-woo in charge");
    assert_holds(out.data, "removed the due date, 1 Dec");
    assert_holds(out.data, "set the labels print, market");
    assert_holds(out.data, "Min created this task");
    const char *today = strstr(out.data, "<h3><time datetime=\"2026-11-23\" title=\"23 Nov 2026\">Today<");
    const char *yesterday =
        strstr(out.data, "<h3><time datetime=\"2026-11-22\" title=\"22 Nov 2026\">Yesterday<");
    assert_true(today && yesterday && today < yesterday);
    assert_true(yesterday < strstr(out.data, "Min created"));
    arena_free(arena);
}

static void a_problem_leads_on(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const struct fault fault = {.field = "limit", .code = "range", .message = "From 1 to 200."};
    struct buffer known = buffer_new(arena, 4096);
    page_problem(&known, LANGUAGE_EN, &(struct page_problem){422, "Look", "id", &fault, &min, true});
    assert_holds(known.data, "<details class=\"menu\">");
    assert_holds(known.data, "<strong>Tasks on a page</strong>");
    assert_holds(known.data, "<p class=\"ways\"><a href=\"/api/tasks\">All tasks</a>\n</p>");
    struct buffer gone = buffer_new(arena, 4096);
    page_problem(&gone, LANGUAGE_EN, &(struct page_problem){404, "Gone", "id", NULL, &min, true});
    assert_holds(gone.data, "All tasks</a>\n<a href=\"/api/tasks?bin=1\">Bin</a>\n</p>");
    struct buffer unknown = buffer_new(arena, 4096);
    page_problem(&unknown, LANGUAGE_EN, &(struct page_problem){404, "Gone", "id", NULL, NULL, true});
    assert_lacks(unknown.data, "class=\"menu\"");
    assert_holds(unknown.data, "<p class=\"ways\"><a href=\"/\">Sign in</a>\n</p>");
    arena_free(arena);
}

/* The envelope behind an event: what stands beside it, and what is told on demand. */
static void an_envelope_tells_who_was_mailed_or_why_not(void **state) {
    (void)state;
    static const struct {
        struct event_mail mail;
        const char *names; /* NULL: no envelope */
        const char *line;
    } cases[] = {
        {{{3, "Sora"}, "assignee", NULL, "sent", now + 60, 0},
         "Sora",
         "Sora: mailed at 09:01 UTC (in charge)"},
        {{{3, "Sora"}, "watcher", NULL, "sent", now + 86400, 0},
         "Sora",
         "Sora: mailed at 24 Nov, 09:00 UTC (watches the task)"},
        {{{3, "Sora"}, "creator", NULL, "pending", 0, now + 120},
         "Sora (planned for 09:02 UTC)",
         "Sora: will be mailed at 09:02 UTC (made the task)"},
        {{{3, "Sora"}, "creator", NULL, "pending", 0, now - 1},
         "Sora (waiting)",
         "Sora: waits to be mailed (made the task)"},
        {{{3, "Sora"}, "rule", NULL, "leased", 0, 0},
         "Sora (waiting)",
         "Sora: waits to be mailed (named by a rule)"},
        {{{3, "Sora"}, "all", NULL, "retry", 0, now + 120},
         "Sora (planned for 09:02 UTC)",
         "Sora: could not be mailed yet, next try at 09:02 UTC (wants news of every task)"},
        {{{3, "Sora"}, "mentioned", NULL, "failed", 0, 0},
         "Sora (not delivered)",
         "Sora: the mail was refused (named in the comment)"},
        {{{3, "Sora"}, "was_assignee", NULL, "dead", 0, 0},
         "Sora (not delivered)",
         "Sora: the mail could not be delivered for three days (was in charge)"},
        {{{3, "Sora"}, "creator", NULL, "suppressed", 0, 0},
         "Sora (not delivered)",
         "Sora: no mail goes to this address any more (made the task)"},
        {{{3, "Sora"}, "creator", "muted", "skipped", 0, 0}, "nobody", "Sora: not mailed (muted this task)"},
        {{{3, "<b>"}, "creator", "off", "skipped", 0, 0}, "nobody", "&lt;b&gt;: not mailed (gets no mails)"},
        {{{3, "Sora"}, "creator", "level", "skipped", 0, 0},
         "nobody",
         "Sora: not mailed (gets mails of own tasks only)"},
        {{{3, "Sora"}, "creator", "undone", "skipped", 0, 0},
         "nobody",
         "Sora: not mailed (changed back before it was mailed)"},
        {{{3, "Sora"}, "creator", "own", "skipped", 0, 0}, NULL, NULL},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event_mail mail = cases[i].mail;
        const struct event event = {.at = now, .is_planned = true, .mails = &mail, .mail_count = 1};
        struct buffer out = buffer_new(arena, 256);
        page_mails(&out, LANGUAGE_EN, &event, now);
        if (!cases[i].names) {
            assert_int_equal(out.size, 0);
            continue;
        }
        assert_holds(out.data, arena_print(arena, "</span>%s</summary>", cases[i].names));
        assert_holds(out.data, arena_print(arena, "<li>%s</li>", cases[i].line));
    }
    struct buffer out = buffer_new(arena, 256);
    page_mails(&out, LANGUAGE_KO, &(struct event){.at = now}, now);
    assert_holds(out.data, words(LANGUAGE_KO, WORDS_PAGE_MAILS_UNPLANNED));
    arena_free(arena);
}

static void due_days_are_told_in_words(void **state) {
    (void)state;
    static const struct {
        const char *due_on;
        const char *status;
        const char *text;
    } cases[] = {
        {"2026-11-22", "todo", ">1 day late<"}, {"2026-11-23", "todo", ">Today<"},
        {"2026-11-24", "todo", ">Tomorrow<"},   {"2026-11-29", "todo", ">In 6 days<"},
        {"2026-11-30", "todo", ">30 Nov<"},     {"2027-02-28", "todo", ">28 Feb 2027<"},
        {"2026-01-01", "done", ">1 Jan<"},      {"2026-01-01", "todo", ">326 days late<"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct task task = some_task("x");
        task.due_on = cases[i].due_on;
        task.status = cases[i].status;
        struct buffer out = buffer_new(arena, 128);
        page_due(&out, LANGUAGE_EN, &task, now);
        assert_holds(out.data, cases[i].text);
    }
    arena_free(arena);
}

static void people_have_their_initials(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"Min", ">M<"}, {"Ji-woo Park", ">JP<"}, {"김서연", ">서연<"},
        {"한", ">한<"}, {"Ünal", ">Ü<"},         {" ", "><"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct person person = {3, cases[i][0]};
        struct buffer out = buffer_new(arena, 128);
        page_person(&out, LANGUAGE_EN, &person);
        assert_holds(out.data, cases[i][1]);
        assert_holds(out.data, "hue-3");
    }
    arena_free(arena);
}

static void only_who_may_delete_is_offered_it(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct task task = some_task("Print the flyers");
    struct user other = min;
    other.id = 2;
    assert_holds(page_of(arena, &min, &task, NULL, 0), "/api/tasks/7/delete");
    assert_lacks(page_of(arena, &other, &task, NULL, 0), "/api/tasks/7/delete");
    task.is_deleted = true;
    assert_holds(page_of(arena, &min, &task, NULL, 0), "/api/tasks/7/restore");
    assert_lacks(page_of(arena, &other, &task, NULL, 0), "/api/tasks/7/restore");
    other.is_admin = true;
    assert_holds(page_of(arena, &other, &task, NULL, 0), "/api/tasks/7/restore");
    arena_free(arena);
}

static void the_settings_show_what_is_kept(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct profile_form form = profile_form_of(arena, &min);
    const char *page = settings_of(arena, &min, &form);
    assert_holds(page, "value=\"Min\"");
    assert_holds(page, "value=\"daily\" required checked>");
    assert_holds(page, "value=\"all\" required checked>");
    assert_holds(page, "<option value=\"7\" selected>07:00</option>");
    assert_holds(page, "<input type=\"checkbox\" name=\"mail_own\" value=\"1\">");
    assert_lacks(page, "class=\"success\"");
    assert_lacks(page, "class=\"trouble\"");
    form.is_saved = true;
    form.values[PROFILE_MAIL_OWN] = "1";
    page = settings_of(arena, &min, &form);
    assert_holds(page, words(LANGUAGE_EN, WORDS_PAGE_SAVED));
    assert_holds(page, "<input type=\"checkbox\" name=\"mail_own\" value=\"1\" checked>");
    arena_free(arena);
}

static void zones_stand_under_their_regions(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct user viewer = min;
    viewer.language = LANGUAGE_KO;
    const char *names[] = {"America/Indiana/Tell_City", "Asia/Seoul", "Asia/Tokyo", "Asian/City", "Moon"};
    struct profile_form form = profile_form_of(arena, &viewer);
    form.zones = (struct clock_zones){names, COUNT(names)};
    const char *page = settings_of(arena, &viewer, &form);
    assert_holds(page, "<optgroup label=\"아메리카\">\n<option value=\"America/Indiana/Tell_City\">"
                       "Indiana/Tell City</option>\n</optgroup>");
    assert_holds(page, "<optgroup label=\"아시아\">\n<option value=\"Asia/Seoul\" selected>Seoul</option>\n"
                       "<option value=\"Asia/Tokyo\">Tokyo</option>\n</optgroup>");
    assert_holds(page, "<optgroup label=\"Asian\">\n<option value=\"Asian/City\">City</option>\n</optgroup>");
    assert_holds(page, "<select name=\"time_zone\"><option value=\"UTC\">UTC</option>\n<optgroup");
    /* One that is not in the list stays what it is. */
    form.values[PROFILE_TIME_ZONE] = "Asia/Calcutta";
    assert_holds(settings_of(arena, &viewer, &form), "<option value=\"Asia/Calcutta\" selected>");
    form.values[PROFILE_TIME_ZONE] = "UTC";
    assert_holds(settings_of(arena, &viewer, &form),
                 "<option value=\"UTC\" selected>UTC</option>\n<optgroup");
    /* Where the system has no list, any may be typed. */
    form.zones.count = 0;
    page = settings_of(arena, &viewer, &form);
    assert_lacks(page, "<optgroup");
    assert_holds(page, "<input name=\"time_zone\" required");
    assert_holds(page, "value=\"UTC\"");
    arena_free(arena);
}

static void faults_stand_at_their_fields(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct fault faults[] = {
        {.field = "mail_how", .message = "how?"},
        {.field = "time_zone", .message = "which zone?"},
        {.field = "colour", .message = "what is that?"},
    };
    for (size_t i = 0; i + 1 < COUNT(faults); i++)
        faults[i].next = &faults[i + 1];
    struct profile_form form = profile_form_of(arena, &min);
    form.faults = faults;
    const char *page = settings_of(arena, &min, &form);
    assert_holds(page, "<span class=\"fault\" id=\"fault-mail_how\">how?</span>");
    assert_holds(page, "name=\"time_zone\" aria-invalid=\"true\" aria-describedby=\"fault-time_zone\">");
    assert_holds(page, "<p>colour: what is that?</p>");
    assert_lacks(page, "fault-name");
    form.faults = &faults[1];
    assert_holds(settings_of(arena, &min, &form), "aria-describedby=\"fault-time_zone\" autofocus>");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_from_people_stays_text),
        cmocka_unit_test(a_page_speaks_its_viewers_language),
        cmocka_unit_test(an_empty_list_says_so_and_what_to_do),
        cmocka_unit_test(the_next_page_keeps_the_filters),
        cmocka_unit_test(a_problem_leads_on),
        cmocka_unit_test(history_reads_as_sentences_the_latest_first),
        cmocka_unit_test(an_envelope_tells_who_was_mailed_or_why_not),
        cmocka_unit_test(due_days_are_told_in_words),
        cmocka_unit_test(people_have_their_initials),
        cmocka_unit_test(only_who_may_delete_is_offered_it),
        cmocka_unit_test(the_settings_show_what_is_kept),
        cmocka_unit_test(zones_stand_under_their_regions),
        cmocka_unit_test(faults_stand_at_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
