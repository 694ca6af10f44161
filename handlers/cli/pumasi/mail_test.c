/* pumasi mail test: one mail over the configured transport, with nothing in between but the transport. */
#include "command.h"

#include "base/clock.h"
#include "base/random.h"
#include "domain/user.h"
#include "mail/notice.h"
#include "mail/transport.h"

#include <signal.h>
#include <stdlib.h>

enum { DEADLINE_S = 90 };

/* The transport's report: there is one letter. */
static bool note_end(void *with, const struct letter_end *ends, size_t count) {
    (void)count;
    struct letter_result *result = with;
    *result = ends->result;
    return true;
}

static struct message write_message(struct command_line *line, const char *address) {
    struct arena *arena = line->arena;
    const struct config *config = line->config;
    const char *host = notice_host(arena, config->base_url);
    const char *text = arena_print(
        arena,
        "This is a test of the mails of Pumasi at %s.\n\n"
        "Its administrator typed `pumasi mail test`. That you read it means that mails from there "
        "reach you; nothing is to be done.\n",
        config->base_url);
    struct buffer html = buffer_new(arena, 512);
    buffer_add(&html, "<!doctype html><html lang=\"en\"><body><pre style=\"white-space: pre-wrap\">");
    buffer_add_html(&html, text);
    buffer_add(&html, "</pre></body></html>\n");
    return (struct message){
        .from_name = "Pumasi",
        .from_address = config->mail_from,
        .to_name = "",
        .to_address = address,
        .subject = arena_print(arena, "Test mail from Pumasi at %s", host),
        .message_id = arena_print(arena, "test-%.24s@%s", random_token(arena), host),
        .list_id = arena_print(arena, "pumasi.%s", host),
        .date = clock_now(),
        .language = LANGUAGE_EN,
        .text = text,
        .html = html.data,
    };
}

int run_mail_test(struct command_line *line) {
    if (line->count != 1)
        return fail_usage(line);
    const char *address = line->words[0];
    if (!user_email_is_valid(address))
        return fail("the address must be like name@example.org");
    const char *error = NULL;
    struct transport *transport = transport_read(line->arena, line->config->mail, &error);
    if (!transport)
        return fail("%s", error);
    (void)signal(SIGPIPE, SIG_IGN);
    const struct message message = write_message(line, address);
    struct buffer bytes = message_write(line->arena, &message);
    const struct letter letter = {
        .return_path = line->config->mail_from,
        .recipient = address,
        .message_id = message.message_id,
        .bytes = bytes.data,
        .size = bytes.size,
    };
    struct letter_result result = {.state = LETTER_RETRY};
    const struct transport_listener listener = {.report = note_end, .with = &result};
    bool is_over = transport_send(transport, line->arena, &letter, 1, DEADLINE_S, &listener);
    transport_close(transport);
    if (!is_over)
        return fail("the mail was not sent");
    const char *place = transport->directory ? transport->directory
                                             : arena_print(line->arena, "%s:%s", transport->server.host,
                                                           transport->server.port);
    if (result.state != LETTER_SENT)
        return fail("%s did not take the mail%s: %s", place,
                    result.state == LETTER_FAILED ? ", and will not later" : "", result.text);
    buffer_print(&line->out, "%s took the mail%s%s\n", place, *result.text ? ": " : "", result.text);
    return EXIT_SUCCESS;
}
