#pragma once
/* What is answered. A handler says it once; the runtime sends it. */

#include "base/json_write.h"
#include "base/words.h"
#include "domain/outcome.h"

struct request;

enum { RESPONSE_MOST_HEADERS = 8 };

struct response {
    int status; /* 0: nothing was said yet */
    const char *content_type;
    struct {
        const char *name;
        const char *value; /* no control character gets in */
    } headers[RESPONSE_MOST_HEADERS];
    size_t header_count;
    struct buffer body;
    struct json_writer json;
};

/* The reason phrase of a status (RFC 9110, section 15). */
const char *response_title(int status);

/* Adds a header; control characters in the value end the process, as they can only come from our own mistake.
 */
void respond_header(struct request *request, const char *name, const char *value);

/* Answers JSON: write the value with what is returned. */
struct json_writer *respond_json(struct request *request, int status);

/* Answers text of another type: write it into what is returned. */
struct buffer *respond_text(struct request *request, int status, const char *content_type);

/* Answers a page: write it into what is returned. */
struct buffer *respond_page(struct request *request, int status);

/* 204, or for a plain browser 303 to `location`. */
void respond_done(struct request *request, const char *location);

/* A status alone. */
void respond_empty(struct request *request, int status);

/* 429 with Retry-After; {seconds} in the sentence is filled. */
void respond_throttled(struct request *request, int64_t retry_after_s, enum words_key detail);

/* 303: go there with GET. */
void respond_see_other(struct request *request, const char *location);

/* A problem (RFC 9457), as JSON or as a small page. `detail` is a sentence in the person's language. */
void respond_problem(struct request *request, int status, enum words_key detail);
void respond_problem_text(struct request *request, int status, const char *detail);

/* The same with a `code` beside it, for programs. */
void respond_problem_code(struct request *request, int status, const char *code, enum words_key detail);

/* 422 with all faults of the request. */
void respond_faults(struct request *request);

/* A problem that no page of ours causes: the log tells it as well, with `why`. */
void respond_refused(struct request *request, int status, enum words_key detail, const char *why);

/* 403 since `may` said no, which the log tells (ASVS 16.3.2). */
void respond_not_allowed(struct request *request, enum words_key detail);

/* The problem that an outcome means: 404, 403, 503 or 500 (the log then says why). */
void respond_outcome(struct request *request, enum outcome outcome);

/* Starts a problem+json answer with members of its own; the caller adds them and closes the object. */
struct json_writer *respond_problem_json(struct request *request, int status, enum words_key detail);

/* Sets or ends the session's cookie. */
void respond_session(struct request *request, const char *cookie);
void respond_session_end(struct request *request);

/* Sets the cookie that tells later that this session was used now, unless the answer sets one already. */
void respond_session_renewed(struct request *request);

/*
 * Sets the ETag for what was seen at the log position, by this person, in this form. True if nothing is left
 * to do: the client has it already, which is answered 304, or this worker has given this answer before and
 * gives it again.
 */
MUST_CHECK bool respond_known(struct request *request, int64_t position);

/* The same for an answer that hangs on a day, too: `day`, "2026-11-23", where the person is. */
MUST_CHECK bool respond_known_on(struct request *request, int64_t position, const char *day);

/*
 * The same for an answer that is written already, whose ETag tells its bytes apart, too: who watches and who
 * was mailed changes without the log. What the client has already is taken back for a 304.
 */
void respond_tagged(struct request *request, int64_t position);
