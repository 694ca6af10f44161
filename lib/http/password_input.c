#include "http/password_input.h"

#include "domain/password.h"
#include "domain/proof.h"
#include "http/browser.h"

bool password_input_check(struct request *request, const char *field, const char *password, const char *email,
                          const char *name) {
    switch (password_check(request->arena, password, email, name)) {
    case PASSWORD_GOOD:
        return true;
    case PASSWORD_TOO_SHORT:
        request_fault(request, field, "too_short", WORDS_FAULT_TOO_SHORT);
        break;
    case PASSWORD_TOO_LONG:
        request_fault(request, field, "too_long", WORDS_FAULT_TOO_LONG);
        break;
    case PASSWORD_BREACHED:
        request_fault(request, field, "breached", WORDS_FAULT_PASSWORD_BREACHED);
        break;
    case PASSWORD_OWN:
        request_fault(request, field, "own", WORDS_FAULT_PASSWORD_OWN);
        break;
    }
    return false;
}

bool password_input_confirm(struct request *request, const char *field, const char *password,
                            const struct account_form *form) {
    const struct proof proof = {.password = password, .address = browser_address(request)};
    int64_t retry_after_s = 0;
    enum outcome outcome =
        proof_check(request->db, request->arena, request->user->id, &proof, &retry_after_s);
    if (outcome == OUTCOME_FORBIDDEN) {
        request_fault(request, field, "wrong", WORDS_FAULT_PASSWORD);
        respond_account_faults(request, form);
    } else if (outcome == OUTCOME_THROTTLED) {
        respond_throttled(request, retry_after_s, WORDS_PROBLEM_THROTTLED);
    } else if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
    }
    return outcome == OUTCOME_OK;
}
