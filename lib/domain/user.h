#pragma once
/* People: who may sign in and be named in tasks. */

#include "base/words.h"
#include "domain/outcome.h"

enum { USER_MOST_NAME = 100, USER_MOST_EMAIL = 254 };

/* What a person wants of mails; the columns of the same names say what each means. */
struct mail_wishes {
    const char *how;   /* instant coalesced daily off */
    const char *level; /* involved assigned all */
    bool own;          /* her own changes, too */
    int64_t hour;      /* of the daily mail, 0 to 23 */
    const char *time_zone;
};

/* The words of the API, each list ended by NULL. */
extern const char *const MAIL_HOWS[];
extern const char *const MAIL_LEVELS[];

struct user {
    int64_t id;
    const char *email;
    const char *name;
    bool is_admin;
    enum language language;
    struct mail_wishes mail;
    bool is_disabled;          /* cannot sign in, is not mailed */
    bool is_verified;          /* the address was shown to be hers: else it gets the mail that asks, only */
    const char *email_pending; /* the address that she wants, until it is verified; NULL: this one */
};

/* What somebody else may see of a person. */
struct person {
    int64_t id;       /* 0: nobody */
    const char *name; /* NULL: nobody */
};

/* The name of who was deleted, as it is kept: nobody can type it. */
#define USER_NAME_GONE "\x7F"

/* A name as readers of this language see it: of who was deleted a neutral word. NULL stays NULL. */
const char *person_name(enum language language, const char *name);

/* True for what can be mailed to and typed into a header without harm: local@domain, printable ASCII. */
bool user_email_is_valid(const char *email);

/* The spelling under which an address is found: lower case. */
const char *user_email_key(struct arena *arena, const char *email);

struct user_new {
    const char *email;
    const char *name;
    const char *password;
    bool is_admin;
    bool is_verified; /* somebody vouches for the address; else it is asked by mail */
    enum language language;
    const char *time_zone;  /* one that clock_is_zone knows; NULL: UTC */
    const char *invitation; /* its token, which is used up and says the role; NULL: none */
};

/* Makes an account. OUTCOME_EXISTS: the address has one. OUTCOME_FORBIDDEN: the invitation is for nobody or
 * somebody else. */
MUST_CHECK enum outcome user_create(struct db *db, struct arena *arena, const struct user_new *new_user,
                                    struct user *created);

MUST_CHECK enum outcome user_find(struct db *db, struct arena *arena, int64_t id, struct user *found);
MUST_CHECK enum outcome user_find_by_email(struct db *db, struct arena *arena, const char *email,
                                           struct user *found);

/* Everyone but who was deleted, by name; *users lives in the arena. */
MUST_CHECK enum outcome user_list(struct db *db, struct arena *arena, struct user **users, size_t *count);

/* NULL leaves a field as it is. */
struct user_changes {
    const char *name;
    const enum language *language;
    const char *mail_how;
    const char *mail_level;
    const bool *mail_own;
    const int64_t *mail_hour;
    const char *time_zone; /* one that clock_is_zone knows */
};
MUST_CHECK enum outcome user_update(struct db *db, struct arena *arena, int64_t id,
                                    const struct user_changes *changes, struct user *updated);

/* Inside a write transaction: the same password under a stronger hash, unless it was changed meanwhile. It is
 * no change that the log tells. */
MUST_CHECK enum db_result user_renew_hash(struct db *db, int64_t id, const char *known, const char *renewed);
