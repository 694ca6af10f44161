/* Adds a comment to a task: POST /api/tasks/{id}/comments. */
#include "http/present.h"

enum { BODY };

static const struct field fields[] = {
    [BODY] = {.name = "body",
              .type = FIELD_LONGTEXT,
              .is_required = true,
              .in_bytes = true,
              .least = 1,
              .most = COMMENT_MOST_BYTES},
};

static const struct grant grants[] = {
    {"task", MAY_READ},
    {"comment", MAY_READ | MAY_INSERT},
};

static void run(struct request *request) {
    struct comment comment = {0};
    enum outcome outcome = comment_create(request->db, request->arena, request->user, request->path_id,
                                          request_value(request, BODY)->text, &comment);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    if (request->is_html) {
        respond_see_other(request, arena_print(request->arena, "%s#comment-%lld", request_task_path(request),
                                               (long long)comment.id));
        return;
    }
    struct json_writer *json = respond_json(request, 201);
    json_open_object(json);
    json_key(json, "comment");
    present_comment(json, &comment);
    json_close_object(json);
}

const struct function FUNCTION = {
    .name = "comment-create",
    .access = ACCESS_MEMBER,
    .verb = VERB_TASK_COMMENT,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1, .requests_a_commit = 16},
    .run = run,
};
