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

static enum outcome write_page(struct request *request, const struct task *task, const struct watch *watch) {
    struct db *db = request->db;
    struct arena *arena = request->arena;
    struct user *people = NULL;
    struct event *events = NULL;
    struct task_view view = {.viewer = request->user, .task = task, .watch = watch, .now = clock_now()};
    int64_t next = 0;
    enum outcome outcome = user_list(db, arena, &people, &view.people_count);
    if (outcome == OUTCOME_OK)
        outcome = event_list(db, arena, task->id, 0, MOST_EVENTS_SHOWN, &events, &view.event_count, &next);
    if (outcome == OUTCOME_OK)
        outcome = event_mails(db, arena, task->id, events, view.event_count);
    view.people = people;
    view.events = events;
    if (outcome == OUTCOME_OK)
        page_task(respond_page(request, 200), &view);
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
        outcome = write_page(request, &task, &watch);
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
    .verb = VERB_TASK_READ,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
