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

static void add_fault(struct request *request, const char *field, enum proof_fault fault) {
    switch (fault) {
    case PROOF_PASSWORD_WRONG:
        request_fault(request, field, "wrong", WORDS_FAULT_PASSWORD);
        break;
    case PROOF_CODE_MISSING:
        request_fault(request, "code", "required", WORDS_FAULT_REQUIRED);
        break;
    case PROOF_CODE_WRONG:
        request_fault(request, "code", "wrong", WORDS_FAULT_CODE);
        break;
    }
}

static void respond_form(struct request *request) {
    if (request->is_html && request->function->show_faults)
        request->function->show_faults(request);
    else
        respond_faults(request);
}

static bool prove(struct request *request, const char *field, const struct proof *proof) {
    struct proof_result why = {0};
    if (!proof->password) {
        request_fault(request, field, "required", WORDS_FAULT_REQUIRED);
        respond_form(request);
        return false;
    }
    enum outcome outcome = proof_check(request->db, request->arena, request->user->id, proof, &why);
    if (outcome == OUTCOME_FORBIDDEN) {
        add_fault(request, field, why.fault);
        respond_form(request);
    } else if (outcome == OUTCOME_THROTTLED) {
        respond_throttled(request, why.retry_after_s, WORDS_PROBLEM_THROTTLED);
    } else if (outcome != OUTCOME_OK) {
        respond_outcome(request, outcome);
    }
    return outcome == OUTCOME_OK;
}

bool password_input_confirm(struct request *request, const char *field, const char *password) {
    return prove(request, field, &(struct proof){.password = password, .address = browser_address(request)});
}

bool password_input_confirm_twice(struct request *request, const char *field, const char *password,
                                  const char *code) {
    struct factor_key key;
    const struct proof proof = {
        .password = password,
        .asks_factor = true,
        .code = code,
        .key = browser_factor_key(request, &key) == OUTCOME_OK ? &key : NULL,
        .address = browser_address(request),
    };
    return prove(request, field, &proof);
}
