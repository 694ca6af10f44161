/* Shows one task, also from the bin to a plain browser: GET /api/tasks/{id}. */
#include "base/clock.h"
#include "domain/event.h"
#include "http/page_task.h"
#include "http/present.h"

enum { MOST_EVENTS_SHOWN = 500 };

static const struct grant grants[] = {
    {"task", MAY_READ},         {"user", MAY_READ},   {"event", MAY_READ},
    {"task_watcher", MAY_READ}, {"outbox", MAY_READ}, {"event_recipient", MAY_READ},
    {"delivery", MAY_READ},
};

static enum outcome write_page(struct request *request, const struct task *task) {
    struct user *people = NULL;
    struct event *events = NULL;
    size_t people_count = 0;
    size_t event_count = 0;
    int64_t next = 0;
    enum outcome outcome = user_list(request->db, request->arena, &people, &people_count);
    if (outcome == OUTCOME_OK)
        outcome = event_list(request->db, request->arena, task->id, 0, MOST_EVENTS_SHOWN, &events,
                             &event_count, &next);
    if (outcome == OUTCOME_OK)
        outcome = event_mails(request->db, request->arena, task->id, events, event_count);
    if (outcome == OUTCOME_OK)
        page_task(respond_page(request, 200), request->user, task, people, people_count, events, event_count,
                  clock_now());
    return outcome;
}

static void run(struct request *request) {
    int64_t position = 0;
    struct task task = {0};
    struct watch watch = {0};
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK)
        outcome = task_find(request->db, request->arena, request->path_id, request->is_html, &task);
    if (outcome == OUTCOME_OK)
        outcome = watch_find(request->db, request->arena, task.id, request->user->id, &watch);
    if (outcome == OUTCOME_OK && request->is_html)
        outcome = write_page(request, &task);
    else if (outcome == OUTCOME_OK)
        present_watched_task(respond_json(request, 200), &task, &watch);
    if (outcome == OUTCOME_OK)
        respond_tagged(request, position);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "task-show",
    .access = ACCESS_MEMBER,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
