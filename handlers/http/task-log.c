/* Tells the history of a task and who was mailed about it, oldest first: GET /api/tasks/{id}/log. */
#include "domain/event.h"
#include "http/present.h"

enum { AFTER, LIMIT };

/* Of long texts fewer events are told at once, so that an answer stays one that a worker has the memory for.
 */
enum { MOST_TEXT_BYTES = 512 * 1024 };

static const struct field fields[] = {
    [AFTER] = {.name = "after", .type = FIELD_INTEGER, .least = 0, .most = FIELD_LARGEST},
    [LIMIT] = {.name = "limit", .type = FIELD_INTEGER, .least = 1, .most = 200},
};

static const struct grant grants[] = {
    {"task", MAY_READ},
    {"user", MAY_READ},
    {"event", MAY_READ},
    {"outbox", MAY_READ},
    {"event_recipient", MAY_READ},
    {"delivery", MAY_READ},
};

static void run(struct request *request) {
    int64_t position = 0;
    struct task task = {0};
    struct event *events = NULL;
    size_t count = 0;
    int64_t next = 0;
    const struct field_value *limit = request_value(request, LIMIT);
    enum outcome outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK)
        outcome = task_find(request->db, request->arena, request->path_id, true, &task);
    if (outcome == OUTCOME_OK)
        outcome = event_list(request->db, request->arena, task.id, request_value(request, AFTER)->integer,
                             limit->is_given ? limit->integer : 100, &events, &count, &next);
    size_t fitting = event_fit(events, count, MOST_TEXT_BYTES);
    if (fitting < count) {
        count = fitting;
        next = events[count - 1].id;
    }
    if (outcome == OUTCOME_OK)
        outcome = event_mails(request->db, request->arena, task.id, events, count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "events");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        present_event(json, &events[i]);
    json_close_array(json);
    json_add_number(json, "next", next);
    json_close_object(json);
    respond_tagged(request, position);
}

const struct function FUNCTION = {
    .name = "task-log",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_READ,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 2},
    .run = run,
};
