/* Says whether one has an authenticator app as second factor, and to a plain browser shows its page: GET
 * /api/totp. */
#include "http/page_factor.h"
#include "http/present_factor.h"

static const struct grant grants[] = {
    {"factor", MAY_READ},
    {"recovery_code", MAY_READ},
};

static void run(struct request *request) {
    respond_factor(request, 200);
}

const struct function FUNCTION = {
    .name = "totp-show",
    .access = ACCESS_MEMBER,
    .needs_keys = true,
    .is_for_enrolment = true,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
