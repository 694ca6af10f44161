#include "http/present_factor.h"

#include "http/browser.h"
#include "http/page_factor.h"
#include "http/serve.h"

static enum outcome find(struct request *request, struct page_factor *page, struct factor *factor) {
    struct factor_key key;
    enum outcome outcome = browser_factor_key(request, &key);
    if (outcome == OUTCOME_OK)
        outcome = factor_find(request->db, request->arena, &key, request->user->id, factor);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    *page = (struct page_factor){
        .factor = outcome == OUTCOME_OK ? factor : NULL,
        .is_required = serve_must_have_factor(request->config, request->user),
        .faults = request->faults,
    };
    if (page->factor && !factor->is_on) {
        page->secret = totp_secret_text(request->arena, factor->secret);
        page->uri =
            totp_uri(request->arena, page->secret, words(LANGUAGE_EN, WORDS_PAGE_NAME), request->user->email);
    }
    return OUTCOME_OK;
}

static const char *state_of(const struct factor *factor) {
    if (!factor)
        return "off";
    return factor->is_on ? "on" : "begun";
}

static void write_factor(struct json_writer *json, const struct page_factor *page) {
    json_open_object(json);
    json_add_text(json, "state", state_of(page->factor));
    json_add_boolean(json, "is_required", page->is_required);
    if (page->secret) {
        json_add_text(json, "secret", page->secret);
        json_add_text(json, "uri", page->uri);
    }
    if (page->factor && page->factor->is_on) {
        json_add_time(json, "confirmed_at", page->factor->confirmed_at);
        json_add_integer(json, "recovery_codes_left", page->factor->recovery_left);
    }
    json_close_object(json);
}

void respond_factor(struct request *request, int status) {
    struct page_factor page;
    struct factor factor = {0};
    enum outcome outcome = find(request, &page, &factor);
    if (outcome != OUTCOME_OK)
        respond_outcome(request, outcome);
    else if (request->is_html)
        page_factor(respond_page(request, status), request->user, &page);
    else
        write_factor(respond_json(request, status), &page);
}

void respond_factor_faults(struct request *request) {
    if (request->is_html)
        respond_factor(request, 422);
    else
        respond_faults(request);
}

void respond_recovery_codes(struct request *request, const struct factor_confirmed *confirmed) {
    if (request->is_html) {
        page_recovery_codes(respond_page(request, 200), request->user, confirmed);
        return;
    }
    struct json_writer *json = respond_json(request, 200);
    json_open_object(json);
    json_key(json, "recovery_codes");
    json_open_array(json);
    for (size_t i = 0; i < FACTOR_RECOVERY_CODES; i++)
        json_text(json, confirmed->recovery_codes[i]);
    json_close_array(json);
    json_close_object(json);
}
