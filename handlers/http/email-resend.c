/* Asks for the mail that verifies one's address once more: POST /api/email/resend. */
#include "domain/account.h"
#include "http/page_account.h"
#include "http/present.h"

static const struct grant grants[] = {
    {"account_outbox", MAY_INSERT},
    {"account_token", MAY_READ},
};

static void run(struct request *request) {
    int64_t retry_after_s = 0;
    enum outcome outcome = account_ask_verify(request->db, request->user, &retry_after_s);
    if (outcome == OUTCOME_OK)
        respond_account_said(request, 202, WORDS_PAGE_VERIFY_AGAIN_SENT, WORDS_PAGE_VERIFY_AGAIN_TEXT,
                             "/api/tasks", WORDS_PAGE_VERIFY_CONTINUE);
    else if (outcome == OUTCOME_THROTTLED)
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED_MAILS);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "email-resend",
    .access = ACCESS_MEMBER,
    .verb = VERB_ACCOUNT_SECURE,
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
