#include "http/request.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/percent.h"
#include "domain/change_words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct field_value *request_value(const struct request *request, size_t index) {
    assert(index < request->function->field_count);
    return &request->values[index];
}

/* Pages show a choice by its word, as their forms do; programs take it as it is sent. */
static const char *choice_shown(const struct request *request, const struct field *field,
                                const char *choice) {
    const char *shown = request->is_html ? choice_words(request->language, field->name, choice) : NULL;
    return shown ? shown : choice;
}

/* The bounds of the field, for the {least}, {most} and {choices} of a message. */
static const char *fault_message(struct request *request, const struct field *field, enum words_key message) {
    struct arena *arena = request->arena;
    struct buffer choices = buffer_new(arena, 32);
    for (size_t i = 0; field && field->choices && field->choices[i]; i++)
        buffer_print(&choices, "%s%s", i ? ", " : "", choice_shown(request, field, field->choices[i]));
    return words_print(arena, request->language, message,
                       {"least", arena_print(arena, "%lld", field ? (long long)field->least : 0)},
                       {"most", arena_print(arena, "%lld", field ? (long long)field->most : 0)},
                       {"choices", choices.data});
}

void request_fault(struct request *request, const char *name, const char *code, enum words_key message) {
    const struct field *field = NULL;
    for (size_t i = 0; i < request->function->field_count; i++)
        if (strcmp(request->function->fields[i].name, name) == 0)
            field = &request->function->fields[i];
    request_fault_text(request, name, code, fault_message(request, field, message));
}

void request_fault_text(struct request *request, const char *name, const char *code, const char *message) {
    if (request->fault_count++ >= REQUEST_MOST_FAULTS)
        return;
    struct fault *fault = arena_take(request->arena, sizeof(*fault));
    *fault = (struct fault){name, code, message, NULL};
    /* In the order in which they were found. */
    struct fault **last = &request->faults;
    while (*last)
        last = &(*last)->next;
    *last = fault;
}

void request_log_refusal(const struct request *request, const char *why) {
    if (request->user)
        log_bounded("refused: %s to person %lld: %s", request->function->name, (long long)request->user->id,
                    why);
    else
        log_bounded("refused: %s: %s", request->function->name, why);
}

const char *request_header(const struct request *request, const char *variable) {
    return request->gateway->variable(request->gateway->with, variable);
}

const char *request_cookie(struct request *request, const char *name) {
    const char *at = request_header(request, "HTTP_COOKIE");
    size_t name_size = strlen(name);
    while (at && *at) {
        at += strspn(at, "; ");
        size_t size = strcspn(at, ";");
        if (size > name_size && strncmp(at, name, name_size) == 0 && at[name_size] == '=')
            return arena_copy_bytes(request->arena, at + name_size + 1, size - name_size - 1);
        at += size;
    }
    return NULL;
}

const char *request_session_cookie(const struct request *request) {
    bool is_https = strncmp(request->config->base_url, "https://", 8) == 0;
    return is_https ? "__Host-session" : "session";
}

int64_t request_session_id(const struct request *request) {
    return request->session ? request->session->id : 0;
}

const char *request_query(struct request *request, const char *name) {
    size_t name_size = strlen(name);
    for (const char *at = request->query; *at;) {
        size_t size = strcspn(at, "&");
        if (size > name_size && strncmp(at, name, name_size) == 0 && at[name_size] == '=')
            return percent_decode(request->arena, at + name_size + 1, size - name_size - 1, true);
        at += size + (at[size] == '&');
    }
    return NULL;
}

bool request_signer(const struct request *request, struct signer *signer) {
    if (request->link_keys >= 0 && key_file_read(request->link_keys, clock_now(), &signer->keys))
        return true;
    log_error("there are no keys of signed links in %s; `pumasi migrate` makes one",
              request->config->link_keys);
    return false;
}

int64_t request_if_match(const struct request *request) {
    const char *tag = request_header(request, "HTTP_IF_MATCH");
    if (!tag || *tag != '"')
        return 0;
    char *end = NULL;
    long long version = strtoll(tag + 1, &end, 10);
    bool is_whole = end != tag + 1 && strcmp(end, "\"") == 0;
    return is_whole && version > 0 ? version : 0;
}

const char *request_task_path(const struct request *request) {
    return arena_print(request->arena, "/api/tasks/%lld", (long long)request->path_id);
}
