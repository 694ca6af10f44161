#include "domain/may.h"

/* What somebody is to an object. */
enum {
    ANYBODY = 1,
    MEMBER = 2, /* who is signed in */
    CREATOR = 4,
    ONESELF = 8,
    ADMIN = 16,
};

static const struct {
    unsigned who;     /* any of these may */
    enum scope scope; /* at least; of a request that a token makes */
} rules[VERB_COUNT] = {
    [VERB_REACH] = {ANYBODY, SCOPE_NONE},
    [VERB_USE_LINK] = {ANYBODY, SCOPE_NONE},
    [VERB_SIGN_OUT] = {MEMBER, SCOPE_SESSION},
    [VERB_TASK_READ] = {MEMBER, SCOPE_READ},
    [VERB_TASK_CREATE] = {MEMBER, SCOPE_WRITE},
    [VERB_TASK_UPDATE] = {MEMBER, SCOPE_WRITE},
    [VERB_TASK_DELETE] = {CREATOR | ADMIN, SCOPE_WRITE},
    [VERB_TASK_RESTORE] = {CREATOR | ADMIN, SCOPE_WRITE},
    [VERB_TASK_COMMENT] = {MEMBER, SCOPE_WRITE},
    [VERB_TASK_WATCH] = {MEMBER, SCOPE_WRITE},
    [VERB_PEOPLE_READ] = {MEMBER, SCOPE_READ},
    [VERB_PERSON_UPDATE] = {ADMIN, SCOPE_ADMIN},
    [VERB_PERSON_DELETE] = {ONESELF | ADMIN, SCOPE_ADMIN},
    [VERB_INVITATION] = {ADMIN, SCOPE_ADMIN},
    [VERB_PROFILE_READ] = {MEMBER, SCOPE_READ},
    [VERB_PROFILE_UPDATE] = {MEMBER, SCOPE_WRITE},
    [VERB_PROFILE_EXPORT] = {MEMBER, SCOPE_SESSION},
    [VERB_METRICS_READ] = {ADMIN, SCOPE_ADMIN},
    [VERB_ACCOUNT_SECURE] = {MEMBER, SCOPE_SESSION},
};

struct actor actor_of(const struct user *user, enum scope scope) {
    return user ? (struct actor){user->id, user->is_admin, scope} : (struct actor){0};
}

static unsigned relations(const struct actor *actor, const struct object *object) {
    if (actor->scope == SCOPE_NONE)
        return ANYBODY;
    unsigned is = ANYBODY | MEMBER;
    if (!object || (actor->id && object->creator_id == actor->id))
        is |= CREATOR;
    if (!object || (actor->id && object->person_id == actor->id))
        is |= ONESELF;
    if (actor->is_admin && actor->scope >= SCOPE_ADMIN)
        is |= ADMIN;
    return is;
}

bool may(const struct actor *actor, enum verb verb, const struct object *object) {
    return (rules[verb].who & relations(actor, object)) != 0 && actor->scope >= rules[verb].scope;
}
