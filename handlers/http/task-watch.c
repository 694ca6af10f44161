/* Says what one wants of a task's mails: PUT, POST /api/tasks/{id}/watch; or as usual again: DELETE. */
#include "http/present.h"

#include <string.h>

enum { STATE };
enum { WATCH, MUTE, USUAL };

static const char *const states[] = {[WATCH] = "watch", [MUTE] = "mute", [USUAL] = "usual", NULL};

static const struct field fields[] = {
    [STATE] = {.name = "state", .type = FIELD_CHOICE, .choices = states},
};

static const struct grant grants[] = {
    {"task", MAY_READ},
    {"user", MAY_READ},
    {"task_watcher", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
};

static void run(struct request *request) {
    struct watch watch = {0};
    int64_t user_id = request->user->id;
    /* Nothing said is the first choice: to watch. */
    int64_t wanted = strcmp(request->method, "DELETE") == 0 ? USUAL : request_value(request, STATE)->integer;
    enum outcome outcome =
        watch_set(request->db, request->path_id, user_id, wanted == USUAL ? NULL : states[wanted]);
    if (outcome == OUTCOME_OK)
        outcome = watch_find(request->db, request->arena, request->path_id, user_id, &watch);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        respond_see_other(request, request_task_path(request));
    else
        present_watch(respond_json(request, 200), &watch);
}

const struct function FUNCTION = {
    .name = "task-watch",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_WATCH,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
