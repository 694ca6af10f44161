#include "http/password_input.h"

#include "domain/password.h"

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
