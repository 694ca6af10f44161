#include "http/browser.h"

struct session_new browser_session(struct request *request) {
    return (struct session_new){
        .lifetime_s = request->config->session_days * 24 * 3600,
        .browser = request_header(request, "HTTP_USER_AGENT"),
        .former = request_cookie(request, request_session_cookie(request)),
    };
}
