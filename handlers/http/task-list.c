/* Lists tasks by filters, in an order, page by page: GET /api/tasks. */
#include "base/clock.h"
#include "domain/event.h"
#include "domain/task_list.h"
#include "http/page_list.h"
#include "http/present.h"

#include <string.h>

enum { STATUS, ASSIGNEE, CREATOR, LABEL, WORDS, DUE, BIN, SORT, ORDER, LIMIT, AFTER };

static const char *const orders[] = {"asc", "desc", NULL};

static const struct field fields[] = {
    [STATUS] = {.name = "status", .type = FIELD_CHOICE, .may_be_empty = true, .choices = TASK_STATUSES},
    [ASSIGNEE] =
        {.name = "assignee", .type = FIELD_PERSON, .may_be_empty = true, .least = 1, .most = FIELD_LARGEST},
    [CREATOR] =
        {.name = "creator", .type = FIELD_PERSON, .may_be_empty = true, .least = 1, .most = FIELD_LARGEST},
    [LABEL] = {.name = "label", .type = FIELD_TEXT, .may_be_empty = true, .most = TASK_MOST_LABEL},
    [WORDS] = {.name = "q", .type = FIELD_TEXT, .may_be_empty = true, .most = 200},
    [DUE] = {.name = "due", .type = FIELD_CHOICE, .may_be_empty = true, .choices = TASK_DUES},
    [BIN] = {.name = "bin", .type = FIELD_FLAG, .may_be_empty = true, .most = 1},
    [SORT] = {.name = "sort", .type = FIELD_CHOICE, .may_be_empty = true, .choices = TASK_SORTS},
    [ORDER] = {.name = "order", .type = FIELD_CHOICE, .may_be_empty = true, .choices = orders},
    [LIMIT] =
        {.name = "limit", .type = FIELD_INTEGER, .may_be_empty = true, .least = 1, .most = TASK_LIST_MOST},
    [AFTER] = {.name = "after", .type = FIELD_TEXT, .may_be_empty = true, .most = 1200},
};

static const struct grant grants[] = {
    {"task", MAY_READ},  {"task_label", MAY_READ}, {"user", MAY_READ},
    {"event", MAY_READ}, {"saved_view", MAY_READ},
};

static struct task_filter read_filter(const struct request *request) {
    const struct field_value *values = request->values;
    enum task_sort sort = values[SORT].text ? (enum task_sort)values[SORT].integer : SORT_UPDATED;
    /* What is newest, most urgent and furthest comes first unless said otherwise. */
    bool usually_descending = sort != SORT_DUE && sort != SORT_TITLE;
    return (struct task_filter){
        .status = values[STATUS].text,
        .assignee_id =
            values[ASSIGNEE].is_given && !values[ASSIGNEE].is_empty ? values[ASSIGNEE].integer : -1,
        .creator_id = values[CREATOR].is_given && !values[CREATOR].is_empty ? values[CREATOR].integer : -1,
        .label = values[LABEL].text,
        .words = values[WORDS].text,
        .due = values[DUE].text ? (enum task_due)(values[DUE].integer + 1) : DUE_ANY,
        .in_bin = values[BIN].integer,
        .sort = sort,
        .is_descending = values[ORDER].text ? values[ORDER].integer == 1 : usually_descending,
        .limit = values[LIMIT].integer ? values[LIMIT].integer : TASK_LIST_USUAL,
        .after = values[AFTER].text,
    };
}

/* The same query with the cursor of the next page (RFC 8288). */
static void add_link(struct request *request, const char *next) {
    struct buffer link = buffer_new(request->arena, 256);
    buffer_add(&link, "</api/tasks?");
    for (const char *at = request->query; *at;) {
        size_t size = strcspn(at, "&");
        if (strncmp(at, "after=", 6) != 0 && size)
            buffer_print(&link, "%.*s&", (int)size, at);
        at += size + (at[size] == '&');
    }
    buffer_print(&link, "after=%s>; rel=\"next\"", next);
    respond_header(request, "Link", link.data);
}

static void write_json(struct request *request, const struct task_page *page) {
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "tasks");
    json_open_array(json);
    for (size_t i = 0; i < page->count; i++)
        present_task(json, &page->tasks[i]);
    json_close_array(json);
    json_add_text(json, "next", page->next);
    json_close_object(json);
}

static enum outcome write_page(struct request *request, const struct task_filter *filter,
                               const struct task_page *page) {
    const struct field_value *values = request->values;
    struct user *people = NULL;
    size_t count = 0;
    struct saved_view *views = NULL;
    size_t view_count = 0;
    enum outcome outcome = user_list(request->db, request->arena, &people, &count);
    if (outcome == OUTCOME_OK)
        outcome = saved_view_list(request->db, request->arena, request->user->id, &views, &view_count);
    if (outcome != OUTCOME_OK)
        return outcome;
    const struct page_query query = {
        .q = values[WORDS].text,
        .assignee = request_query(request, "assignee"),
        .status = values[STATUS].text,
        .due = values[DUE].text,
        .label = values[LABEL].text,
        .sort = values[SORT].text,
        .order = values[ORDER].text,
        .views = views,
        .view_count = view_count,
    };
    page_tasks(respond_page(request, 200), request->user, filter, page, people, count, &query, clock_now());
    return OUTCOME_OK;
}

static void run(struct request *request) {
    int64_t position = 0;
    struct task_filter filter = read_filter(request);
    struct task_page page = {0};
    enum outcome outcome = event_position(request->db, &position);
    /* The page also shows what the log does not tell of: one's saved views. */
    if (outcome == OUTCOME_OK && !request->is_html && respond_known(request, position))
        return;
    if (outcome == OUTCOME_OK)
        outcome = task_list(request->db, request->arena, &filter, &page);
    if (outcome == OUTCOME_INVALID) {
        request_fault(request, "after", "cursor", WORDS_FAULT_CURSOR);
        respond_faults(request);
        return;
    }
    if (outcome == OUTCOME_OK && request->is_html)
        outcome = write_page(request, &filter, &page);
    else if (outcome == OUTCOME_OK)
        write_json(request, &page);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (page.next)
        add_link(request, page.next);
    if (outcome == OUTCOME_OK && request->is_html)
        respond_tagged(request, position);
}

const struct function FUNCTION = {
    .name = "task-list",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_READ,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 10, .workers = 2},
    .run = run,
};
