/* What a mail tells its reader: task by task, each field once, from where it was to where it is. */
#include "base/clock.h"
#include "domain/delivery.h"

#include <string.h>

const char *const REASON_WORDS[REASON_COUNT] = {
    [REASON_ASSIGNEE] = "assignee", [REASON_WAS_ASSIGNEE] = "was_assignee", [REASON_MENTIONED] = "mentioned",
    [REASON_CREATOR] = "creator",   [REASON_WATCHER] = "watcher",           [REASON_ALL] = "all",
    [REASON_RULE] = "rule",
};

DB_QUERY(DELIVERY_REASONS, "SELECT DISTINCT reason FROM event_recipient WHERE delivery_id = $1");

static struct event_change *find_change(struct task_news *news, const char *field) {
    for (size_t i = 0; i < news->change_count; i++)
        if (strcmp(news->changes[i].field, field) == 0)
            return &news->changes[i];
    return NULL;
}

static void add_changes(struct task_news *news, const struct event *event) {
    for (size_t i = 0; i < event->change_count; i++) {
        const struct event_change *change = &event->changes[i];
        struct event_change *net = find_change(news, change->field);
        if (!net) {
            news->changes[news->change_count++] = *change;
        } else {
            /* Her own change came in between, which she knows of: from there on it is news. */
            if (strcmp(net->to, change->from) != 0) {
                net->from = change->from;
                net->from_id = change->from_id;
                net->from_name = change->from_name;
            }
            net->to = change->to;
            net->to_id = change->to_id;
            net->to_name = change->to_name;
        }
    }
}

/* A -> B -> A is nothing. */
static void drop_undone(struct task_news *news) {
    size_t kept = 0;
    for (size_t i = 0; i < news->change_count; i++)
        if (strcmp(news->changes[i].from, news->changes[i].to) != 0)
            news->changes[kept++] = news->changes[i];
    news->change_count = kept;
}

/* That a task is due was done by nobody. */
static void add_event(struct task_news *news, const struct event *event, bool *has_actor) {
    if (event->at > news->at)
        news->at = event->at;
    if (strcmp(event->type, "task.due") == 0) {
        news->is_due = true;
        return;
    }
    news->has_several_actors |= *has_actor && news->actor.id != event->actor.id;
    news->actor = event->actor;
    *has_actor = true;
    if (strcmp(event->type, "task.created") == 0)
        news->is_created = true;
    else if (strcmp(event->type, "task.deleted") == 0 && news->is_restored)
        news->is_restored = false;
    else if (strcmp(event->type, "task.deleted") == 0)
        news->is_deleted = true;
    else if (strcmp(event->type, "task.restored") == 0 && news->is_deleted)
        news->is_deleted = false;
    else if (strcmp(event->type, "task.restored") == 0)
        news->is_restored = true;
    if (event->comment)
        news->comments[news->comment_count++] = *event;
    add_changes(news, event);
}

static void add_request(struct delivery_content *content, const char *request) {
    for (size_t i = 0; i < content->request_count; i++)
        if (strcmp(content->requests[i], request) == 0)
            return;
    if (content->request_count < DELIVERY_MOST_REQUESTS)
        content->requests[content->request_count++] = request;
}

/* Made and thrown away again before anybody was told is nothing; so is a reminder of what is done meanwhile.
 */
static bool tells(const struct task_news *news) {
    if (news->is_created && news->is_deleted)
        return false;
    return news->is_due || news->is_created || news->is_deleted || news->is_restored || news->change_count ||
           news->comment_count;
}

/* A reminder holds while the task is due: not where it is done, thrown away, or put off meanwhile. */
static bool is_still_due(const struct task *task, const char *today) {
    return strcmp(task->status, "done") != 0 && !task->is_deleted && task->due_on &&
           strcmp(task->due_on, today) <= 0;
}

static enum outcome read_news(struct db *db, struct arena *arena, const char *today,
                              const struct event *events, size_t count, struct task_news *news) {
    enum outcome outcome = task_find(db, arena, events->task_id, true, &news->task);
    if (outcome != OUTCOME_OK)
        return outcome;
    size_t most_changes = 0;
    for (size_t i = 0; i < count; i++)
        most_changes += events[i].change_count;
    news->changes = arena_take_array(arena, most_changes, sizeof(*news->changes));
    news->comments = arena_take_array(arena, count, sizeof(*news->comments));
    bool has_actor = false;
    for (size_t i = 0; i < count; i++)
        add_event(news, &events[i], &has_actor);
    drop_undone(news);
    news->is_due &= is_still_due(&news->task, today);
    return OUTCOME_OK;
}

static enum outcome read_reason(struct db *db, struct arena *arena, int64_t id, enum reason *reason) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &DELIVERY_REASONS, &rows, db_integer(id));
    if (result != DB_OK)
        return outcome_of(result);
    *reason = REASON_RULE;
    while ((result = db_next(rows)) == DB_ROW) {
        const char *word = db_get_text(rows, 0, arena);
        for (enum reason i = 0; i < *reason; i++)
            if (strcmp(word, REASON_WORDS[i]) == 0)
                *reason = i;
    }
    db_finish(rows);
    return outcome_of(result);
}

/* What is due stands first; else the order stays. */
static void put_due_first(struct arena *arena, struct delivery_content *content) {
    struct task_news *sorted = arena_take_array(arena, content->news_count, sizeof(*sorted));
    size_t used = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < content->news_count; i++)
            if (content->news[i].is_due == (pass == 0))
                sorted[used++] = content->news[i];
    content->news = sorted;
}

enum outcome delivery_content(struct db *db, struct arena *arena, const struct delivery *delivery,
                              struct delivery_content *content) {
    struct event *events = NULL;
    size_t count = 0;
    struct delivery_content found = {0};
    const struct clock_local local = clock_local(delivery->recipient.mail.time_zone, clock_now());
    enum outcome outcome = read_reason(db, arena, delivery->id, &found.reason);
    if (outcome == OUTCOME_OK)
        outcome = event_of_delivery(db, arena, delivery->id, DELIVERY_MOST_EVENTS, &events, &count);
    for (size_t first = 0, next = 0; first < count && outcome == OUTCOME_OK; first = next) {
        while (next < count && events[next].task_id == events[first].task_id)
            next++;
        struct task_news news = {0};
        outcome = read_news(db, arena, local.day, &events[first], next - first, &news);
        if (outcome != OUTCOME_OK || !tells(&news))
            continue;
        found.news = arena_grow(arena, found.news, found.news_count, sizeof(*found.news));
        found.news[found.news_count++] = news;
        for (size_t i = first; i < next; i++)
            if (events[i].request)
                add_request(&found, events[i].request);
        if (news.at > found.at)
            found.at = news.at;
    }
    if (outcome != OUTCOME_OK)
        return outcome;
    put_due_first(arena, &found);
    *content = found;
    return OUTCOME_OK;
}
