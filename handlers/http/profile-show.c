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
    struct profile_form form;
    if (!profile_form_ask(request, &form))
        return;
    form.is_saved = request_value(request, SAVED)->integer != 0;
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
