/* Invites somebody to make an account: POST /api/invitations. The link is answered this once. */
#include "http/page_invitations.h"
#include "http/present.h"

enum { EMAIL, ROLE };
enum { MEMBER, ADMIN };

static const char *const roles[] = {[MEMBER] = "member", [ADMIN] = "admin", NULL};

static const struct field fields[] = {
    [EMAIL] = {.name = "email", .type = FIELD_EMAIL, .may_be_empty = true},
    [ROLE] = {.name = "role", .type = FIELD_CHOICE, .choices = roles},
};

static const struct grant grants[] = {
    {"user", MAY_READ},
    {"invitation", MAY_READ | MAY_INSERT},
};

static void respond(struct request *request, const struct invitation *invitation, const char *link) {
    struct invitation *invitations = NULL;
    size_t count = 0;
    if (!request->is_html) {
        struct json_writer *json = respond_json(request, 201);
        json_open_object(json);
        json_key(json, "invitation");
        present_invitation(json, invitation);
        json_add_text(json, "link", link);
        json_close_object(json);
        return;
    }
    enum outcome outcome = invitation_list(request->db, request->arena, &invitations, &count);
    if (outcome == OUTCOME_OK)
        page_invitations(respond_page(request, 201), request->user, invitations, count, link);
    else
        respond_outcome(request, outcome);
}

static void run(struct request *request) {
    const struct field_value *email = request_value(request, EMAIL);
    const struct invitation_new wanted = {
        .email = email->is_given && !email->is_empty ? email->text : NULL,
        .is_admin = request_value(request, ROLE)->integer == ADMIN,
    };
    struct invitation invitation = {0};
    const char *token = NULL;
    enum outcome outcome =
        invitation_create(request->db, request->arena, &request->actor, &wanted, &invitation, &token);
    if (outcome == OUTCOME_OK) {
        invitation.creator.name = request->user->name;
        respond(request, &invitation, invitation_link(request->arena, request->config->base_url, token));
    } else {
        respond_outcome(request, outcome);
    }
}

const struct function FUNCTION = {
    .name = "invitation-create",
    .access = ACCESS_MEMBER,
    .verb = VERB_INVITATION,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
