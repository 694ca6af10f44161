#include "http/bearer.h"

#include "base/clock.h"
#include "data/day_file.h"
#include "domain/api_token.h"

#include <string.h>
#include <strings.h>

const char *bearer_of(const struct request *request) {
    static const char scheme[] = "Bearer";
    const char *given = request_header(request, "HTTP_AUTHORIZATION");
    size_t size = strlen(scheme);
    if (!given || strncasecmp(given, scheme, size) != 0 || (given[size] && given[size] != ' '))
        return NULL;
    return given + size + strspn(given + size, " ");
}

bool bearer_find_user(struct request *request, const char *token) {
    enum { DAY_S = 24 * 3600 };
    struct user *user = arena_take(request->arena, sizeof(*user));
    struct api_token_use use = {0};
    enum outcome outcome = api_token_find(request->db, request->arena, token, user, &use);
    if (outcome == OUTCOME_OK) {
        request->user = user;
        request->actor = actor_of(user, use.scope);
        request->language = user->language;
        request->has_factor = use.has_factor;
        day_file_note(request->day_file, use.id, clock_now() / DAY_S);
        return true;
    }
    if (outcome == OUTCOME_NOT_FOUND) {
        respond_header(request, "WWW-Authenticate", "Bearer realm=\"pumasi\", error=\"invalid_token\"");
        respond_refused(request, 401, WORDS_PROBLEM_TOKEN, "an access token that is not good");
    } else {
        respond_outcome(request, outcome);
    }
    return false;
}

void bearer_refuse(struct request *request) {
    respond_header(request, "WWW-Authenticate", "Bearer realm=\"pumasi\", error=\"insufficient_scope\"");
    respond_refused(request, 403, WORDS_PROBLEM_TOKEN_SCOPE, "beyond the scope of an access token");
}
