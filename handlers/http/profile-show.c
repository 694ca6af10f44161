/* Shows oneself, and to a plain browser the settings: GET /api/users/me. */
#include "http/page_profile.h"
#include "http/present.h"

enum { SAVED };

static const struct field fields[] = {
    [SAVED] = {.name = "saved", .type = FIELD_FLAG, .most = 1}, /* they were just now: the page says so */
};

static void run(struct request *request) {
    if (!request->is_html) {
        respond_user(request, 200, request->user);
        return;
    }
    struct session *sessions = NULL;
    size_t count = 0;
    enum outcome outcome = session_list(request->db, request->arena, request->user->id, &sessions, &count);
    if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
        return;
    }
    const struct page_sessions shown = {sessions, count, request_session_id(request), clock_now()};
    struct profile_form form = profile_form_of(request->arena, request->user);
    form.is_saved = request_value(request, SAVED)->integer != 0;
    form.sessions = &shown;
    form.has_factor = request->has_factor;
    page_profile(respond_page(request, 200), request->user, &form);
}

const struct function FUNCTION = {
    .name = "profile-show",
    .access = ACCESS_MEMBER,
    .verb = VERB_PROFILE_READ,
    FUNCTION_FIELDS(fields),
    .limits = {.seconds = 5, .workers = 1},
    .prepare = page_profile_prepare,
    .run = run,
};
