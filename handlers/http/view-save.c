/* Keeps filters and layout of the list under a name, in place of those of that name: POST /api/views. */
#include "http/present.h"

#include <string.h>

enum { NAME, QUERY };

static const struct field fields[] = {
    [NAME] =
        {.name = "name", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = SAVED_VIEW_MOST_NAME},
    [QUERY] = {.name = "query",
               .type = FIELD_TEXT,
               .may_be_empty = true,
               .in_bytes = true,
               .most = SAVED_VIEW_MOST_QUERY_BYTES},
};

static const struct grant grants[] = {
    {"saved_view", MAY_READ | MAY_INSERT | MAY_UPDATE},
};

/* NULL: what is wrong was said. */
static const char *read_query(struct request *request) {
    const char *given = request_value(request, QUERY)->text;
    const char *query = saved_view_query(request->arena, given ? given : "");
    if (query && strlen(query) <= SAVED_VIEW_MOST_QUERY_BYTES)
        return query;
    if (query)
        request_fault(request, "query", "too_long", WORDS_FAULT_TOO_LONG);
    else
        request_fault(request, "query", "view", WORDS_FAULT_VIEW);
    respond_faults(request);
    return NULL;
}

static void respond(struct request *request, const struct saved_view *view, bool is_new) {
    if (request->is_html) {
        const char *query = saved_view_list_query(request->arena, view->query);
        respond_see_other(request, arena_print(request->arena, "/api/tasks?%s", query));
        return;
    }
    present_saved_view(respond_json(request, is_new ? 201 : 200), view);
}

static void run(struct request *request) {
    struct saved_view view = {.name = request_value(request, NAME)->text, .query = read_query(request)};
    bool is_new = false;
    if (!view.query)
        return;
    enum outcome outcome = saved_view_save(request->db, &request->actor, &view, &is_new);
    if (outcome == OUTCOME_OK)
        respond(request, &view, is_new);
    else if (outcome == OUTCOME_CONFLICT)
        respond_problem(request, 409, WORDS_PROBLEM_TOO_MANY_VIEWS);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "view-save",
    .access = ACCESS_MEMBER,
    .verb = VERB_PROFILE_UPDATE,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
