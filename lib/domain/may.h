#pragma once
/*
 * Who may do what: the one place that says so (ASVS 8.1.1, 8.2.1, 8.3.1). The rules are a table; a verb that
 * has no row in it nobody may.
 *
 * The runtime asks before a function runs, for the function's own verb and without an object: whether there
 * can be any object on which the actor may. Where the answer hangs on the object, the domain asks again with
 * it, inside the transaction that acts.
 */

#include "domain/user.h"

enum verb {
    VERB_NONE,      /* of a function that names none: refused */
    VERB_REACH,     /* what is there for anybody: signing in, how the server is */
    VERB_USE_LINK,  /* what a signed link allows; whoever holds it */
    VERB_SIGN_OUT,  /* end the session that asks */
    VERB_TASK_READ, /* tasks, their history, who watches */
    VERB_TASK_CREATE,
    VERB_TASK_UPDATE,
    VERB_TASK_DELETE,
    VERB_TASK_RESTORE,
    VERB_TASK_COMMENT,
    VERB_TASK_WATCH, /* one's own wishes of a task's mails */
    VERB_PEOPLE_READ,
    VERB_PERSON_UPDATE, /* her role, and whether she may come in */
    VERB_PERSON_DELETE,
    VERB_INVITATION,     /* make, see and take back */
    VERB_PROFILE_READ,   /* oneself */
    VERB_PROFILE_UPDATE, /* one's own name, language and wishes */
    VERB_PROFILE_EXPORT, /* all that is stored about oneself */
    VERB_METRICS_READ,   /* from another machine */
    VERB_ACCOUNT_SECURE, /* one's own password, address, factors, sessions and tokens: never by a token */
    VERB_COUNT
};

/* How far a request may go at most, whoever the person is. */
enum scope {
    SCOPE_NONE,
    SCOPE_READ,
    SCOPE_WRITE,
    SCOPE_ADMIN,   /* also what she may as an administrator only */
    SCOPE_SESSION, /* the person herself, signed in: everything that is hers */
};

/* Who acts. */
struct actor {
    int64_t id; /* 0: nobody, or somebody at the server */
    bool is_admin;
    enum scope scope;
};

/* NULL: nobody is signed in. */
struct actor actor_of(const struct user *user, enum scope scope);

/* What is acted upon, as far as the rules look at it. */
struct object {
    int64_t creator_id; /* of a task; 0: it is none */
    int64_t person_id;  /* whose it is, or who it is; 0: nobody's */
};

/* NULL for `object`: is there any on which the actor may? */
MUST_CHECK bool may(const struct actor *actor, enum verb verb, const struct object *object);
