#include "http/browser.h"

#include "domain/signature.h"
#include "http/client_address.h"

const char *browser_address(const struct request *request) {
    return client_address(request->arena, request->gateway->variables, request->config->trusted_proxy);
}

enum outcome browser_factor_key(struct request *request, struct factor_key *key) {
    struct signer signer;
    if (!request_signer(request, &signer))
        return OUTCOME_FAILED;
    signature_derive(&signer, "factor", "", key->bytes);
    return OUTCOME_OK;
}

struct session_new browser_session(struct request *request) {
    return (struct session_new){
        .lifetime_s = request->config->session_days * 24 * 3600,
        .browser = request_header(request, "HTTP_USER_AGENT"),
        .former = request_cookie(request, request_session_cookie(request)),
    };
}
