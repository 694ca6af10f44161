#pragma once
/*
 * A function: one endpoint, one program. Its file declares what it takes, may touch and may cost; `main` is
 * the library's. See handlers/http/ for all of them and README.md for how to add one.
 */

#include "data/grant.h"
#include "http/field.h"

struct request;

enum access {
    ACCESS_ANYONE,   /* no session is looked up */
    ACCESS_OPTIONAL, /* request->user is NULL or who is signed in */
    ACCESS_MEMBER,   /* 401 without a session */
    /* Whoever holds a link that this server signed; the function itself reads the link, which is the whole
     * permission: no session is looked up, whoever is signed in there, and no Origin is asked for. Mail
     * programs open and post such links (RFC 8058): they may send multipart/form-data, and seldom say what
     * they accept, so that a page is answered unless JSON is named. */
    ACCESS_SIGNED_LINK,
};

enum { FUNCTION_USUAL_MEMORY_MIB = 64 };

struct limits {
    unsigned seconds;    /* a run past it is ended and answered 504 */
    unsigned workers;    /* processes that answer at once */
    unsigned memory_mib; /* data of each; one that needs more is ended and answers 504; 0: the usual */
    /* Requests that a worker takes at once where so many wait: what they write is made durable by one commit,
     * and then all are answered. For functions that act on nothing but the database, as a failed commit
     * undoes them after their run; 16 at most, 0: one after the other. */
    unsigned requests_a_commit;
};

struct function {
    const char *name; /* as in handlers/routes */
    enum access access;
    bool is_for_enrolment; /* also for who must have a second factor and has none: no other function is */
    bool needs_keys;       /* the server's, to sign and to derive: request_signer */
    const struct field *fields; /* of the body, or of the query where the method is GET */
    size_t field_count;
    const struct grant *grants; /* besides reading the session and its person */
    size_t grant_count;
    struct limits limits;
    void (*prepare)(void); /* reads what it needs besides the database, before the wall; NULL: nothing */
    void (*run)(struct request *request);
    /* Answers 422 to a plain browser with the form that it sent; NULL: with a page of problems. */
    void (*show_faults)(struct request *request);
};

/* The one that this program is. */
extern const struct function FUNCTION;

#define FUNCTION_FIELDS(array) .fields = (array), .field_count = COUNT(array)
#define FUNCTION_GRANTS(array) .grants = (array), .grant_count = COUNT(array)
