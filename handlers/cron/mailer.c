/*
 * Run by the clock, each minute or so: plans mails from the outbox and sends those that are due. One mailer
 * at a time; a second one ends at once. A batch is leased, sent and recorded; no transaction of the database
 * waits for a mail. While one batch is on its way, the next is leased and written.
 *
 * What a crash does at any instant: before the plan is committed, the outbox rows are still there; before a
 * mail is handed over, its lease runs out and it is sent later; between handing over and recording, it is
 * sent again under the same Message-ID. So nothing is lost, and at most what is in flight, one mail a
 * session, comes twice.
 */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "domain/account_mail.h"
#include "domain/delivery.h"
#include "domain/return_path.h"
#include "domain/unsubscribe.h"
#include "mail/account_notice.h"
#include "mail/notice.h"
#include "mail/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A lease outlives two sessions, its own and the one before, so that no other mailer takes a mail that is
 * still on its way. */
enum {
    LETTERS_A_BATCH = TRANSPORT_LETTERS_A_SESSION * TRANSPORT_MOST_SESSIONS,
    SESSION_DEADLINE_S = 120,
    LEASE_S = 600
};

static const struct grant grants[] = {
    {"outbox", MAY_READ | MAY_DELETE},
    {"delivery", MAY_READ | MAY_INSERT | MAY_UPDATE | MAY_DELETE},
    {"event_recipient", MAY_READ | MAY_INSERT | MAY_UPDATE},
    {"event", MAY_READ},
    {"rule", MAY_READ},
    {"task", MAY_READ},
    {"task_watcher", MAY_READ},
    {"user", MAY_READ},
    {"suppression", MAY_READ | MAY_INSERT},
    {"account_outbox", MAY_READ | MAY_DELETE},
    {"account_token", MAY_READ | MAY_INSERT | MAY_UPDATE},
};

/* Mails that were taken together, to be sent together. */
struct batch {
    struct arena *arena;
    struct delivery *deliveries;
    size_t count;
    size_t taken; /* deliveries that were looked at */
    struct letter *letters;
    size_t letter_count;
    size_t ended; /* letters whose end is recorded */
};

struct mailer {
    const struct config *config;
    struct transport *transport;
    const char *host;
    struct signer signer;
    struct db *db;
    struct arena *scratch; /* of one letter, while it is written */
    struct batch sending;
    struct batch next; /* written while the other is on its way */
    bool is_next_leased;
    bool has_failed; /* the database has; nothing goes on */
};

/* The lock of the one mailer; -1 if another one runs. It is held until the process ends. */
static int take_lock(struct arena *arena, const char *database) {
    int lock =
        open(arena_print(arena, "%s-mailer", database), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    if (lock < 0) {
        log_error("%s-mailer: %s", database, strerror(errno));
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        /* When the mailer last ran, for `pumasi doctor`. */
        if (futimens(lock, NULL) != 0)
            log_error("%s-mailer: %s", database, strerror(errno));
        return lock;
    }
    (void)close(lock);
    return -1;
}

static bool plan_accounts(struct mailer *mailer) {
    bool more = true;
    while (more) {
        enum outcome outcome = account_mail_plan(mailer->db, mailer->scratch, mailer->host, &more);
        arena_reset(mailer->scratch);
        if (outcome != OUTCOME_OK) {
            log_error("planning mails about accounts: %s", db_error(mailer->db));
            return false;
        }
    }
    return true;
}

static bool plan(struct mailer *mailer) {
    bool more = true;
    while (more) {
        size_t planned = 0; /* a batch at a time: writers get their turn in between */
        enum outcome outcome = delivery_plan(mailer->db, mailer->scratch, mailer->host,
                                             mailer->config->mail_delay_s, &planned, &more);
        arena_reset(mailer->scratch);
        if (outcome != OUTCOME_OK) {
            log_error("planning mails: %s", db_error(mailer->db));
            return false;
        }
    }
    return true;
}

static const struct delivery *find_delivery(const struct mailer *mailer, int64_t id) {
    const struct delivery *delivery = mailer->sending.deliveries;
    while (delivery->id != id)
        delivery++;
    return delivery;
}

static void log_end(const struct letter_end *end) {
    if (end->result.state == LETTER_RETRY)
        log_warning("mail %lld waits: %s", (long long)end->letter->id, end->result.text);
    else if (end->result.state == LETTER_FAILED)
        log_error("mail %lld cannot be delivered: %s", (long long)end->letter->id, end->result.text);
}

static bool record(void *with, const struct letter_end *ends, size_t count) {
    static const enum delivery_ending endings[] = {
        [LETTER_SENT] = DELIVERY_SENT, [LETTER_RETRY] = DELIVERY_RETRY, [LETTER_FAILED] = DELIVERY_FAILED};
    struct mailer *mailer = with;
    struct delivery_end *tries = arena_take_array(mailer->sending.arena, count, sizeof(*tries));
    for (size_t i = 0; i < count; i++) {
        log_end(&ends[i]);
        tries[i] =
            (struct delivery_end){find_delivery(mailer, ends[i].letter->id), endings[ends[i].result.state],
                                  ends[i].result.text, ends[i].result.is_bad_mailbox};
    }
    enum outcome outcome = delivery_record(mailer->db, tries, count);
    if (outcome != OUTCOME_OK)
        log_error("recording %zu mails: %s", count, db_error(mailer->db));
    mailer->sending.ended += count;
    return outcome == OUTCOME_OK;
}

/* Why a mail that was planned is not sent any more; NULL: it is. */
static const char *why_not(const struct delivery *delivery, const struct delivery_content *content) {
    if (!delivery->recipient.is_verified)
        return "unverified";
    if (strcmp(delivery->recipient.mail.how, "off") == 0)
        return "off";
    if (delivery->is_muted)
        return "muted";
    return content->news_count ? NULL : "undone";
}

static const char *return_path(struct mailer *mailer, struct arena *arena, const struct delivery *delivery) {
    const struct config *config = mailer->config;
    return config->mail_bounce ? return_path_make(arena, &mailer->signer, config->mail_bounce, delivery->id)
                               : config->mail_from;
}

/* The link that stops the reader's mails about a task, or all of them (task 0). */
static const char *stop_link(struct mailer *mailer, const struct delivery *delivery, int64_t task_id) {
    const struct unsubscribe unsubscribe = {.user_id = delivery->recipient.id, .task_id = task_id};
    return arena_print(mailer->scratch, "%s/api/unsubscribe?token=%s", mailer->config->base_url,
                       unsubscribe_token(mailer->scratch, &mailer->signer, &unsubscribe));
}

static struct letter make_letter(struct mailer *mailer, struct arena *arena, const struct delivery *delivery,
                                 const struct message *message) {
    struct buffer bytes = message_write(mailer->scratch, message);
    return (struct letter){
        .id = delivery->id,
        .return_path = return_path(mailer, arena, delivery),
        .recipient = delivery->recipient.email,
        .message_id = delivery->message_id,
        .bytes = arena_copy_bytes(arena, bytes.data, bytes.size),
        .size = bytes.size,
    };
}

static struct letter write_letter(struct mailer *mailer, struct arena *arena, const struct delivery *delivery,
                                  const struct delivery_content *content) {
    const struct notice notice = {
        .delivery = delivery,
        .content = content,
        .base_url = mailer->config->base_url,
        .host = mailer->host,
        .sender = mailer->config->mail_from,
        .unsubscribe_url = stop_link(mailer, delivery, 0),
        .mute_url = delivery->task_id ? stop_link(mailer, delivery, delivery->task_id) : NULL,
        .now = clock_now(),
    };
    const struct message message = notice_message(mailer->scratch, &notice);
    return make_letter(mailer, arena, delivery, &message);
}

/* A mail about an account: no wish and no mute keeps it back, but a newer one does that takes its place. */
static enum outcome take_account_letter(struct mailer *mailer, struct batch *batch,
                                        const struct delivery *delivery) {
    struct account_notice notice = {
        .delivery = delivery,
        .base_url = mailer->config->base_url,
        .host = mailer->host,
        .sender = mailer->config->mail_from,
        .now = clock_now(),
    };
    if (delivery->is_suppressed)
        return delivery_suppress(mailer->db, delivery->id, "the address is suppressed");
    if (account_mail_has_token(delivery->purpose)) {
        enum outcome outcome =
            account_mail_issue(mailer->db, mailer->scratch, &mailer->signer, delivery->id, &notice.token);
        if (outcome == OUTCOME_NOT_FOUND)
            return delivery_suppress(mailer->db, delivery->id, "used already, or a newer one took its place");
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    const struct message message = account_notice_message(mailer->scratch, &notice);
    batch->letters[batch->letter_count++] = make_letter(mailer, batch->arena, delivery, &message);
    return OUTCOME_OK;
}

static enum outcome take_task_letter(struct mailer *mailer, struct batch *batch,
                                     const struct delivery *delivery) {
    struct delivery_content content = {0};
    enum outcome outcome = delivery_content(mailer->db, mailer->scratch, delivery, &content);
    const char *why = outcome == OUTCOME_OK ? why_not(delivery, &content) : NULL;
    if (why)
        return delivery_skip(mailer->db, delivery->id, why);
    if (outcome == OUTCOME_OK && delivery->is_suppressed)
        return delivery_suppress(mailer->db, delivery->id, "the address is suppressed");
    if (outcome == OUTCOME_OK)
        batch->letters[batch->letter_count++] = write_letter(mailer, batch->arena, delivery, &content);
    return outcome;
}

/* The batch's next delivery: what is still to be sent of it is added to the letters; what is not, is
 * recorded. */
static bool take_letter(struct mailer *mailer, struct batch *batch) {
    const struct delivery *delivery = &batch->deliveries[batch->taken++];
    enum outcome outcome = delivery->purpose ? take_account_letter(mailer, batch, delivery)
                                             : take_task_letter(mailer, batch, delivery);
    if (outcome != OUTCOME_OK)
        log_error("writing mail %lld: %s", (long long)delivery->id, db_error(mailer->db));
    arena_reset(mailer->scratch);
    return outcome == OUTCOME_OK;
}

/* How many mails may go now: what the minute's bound has left, at most a batch. Those on their way count as
 * sent. */
static enum outcome find_allowance(struct mailer *mailer, int64_t *allowance) {
    enum { MINUTE_S = 60 };
    *allowance = LETTERS_A_BATCH;
    if (!mailer->config->mail_rate)
        return OUTCOME_OK;
    int64_t sent = 0;
    enum outcome outcome = delivery_count_sent(mailer->db, clock_now() - MINUTE_S, &sent);
    int64_t on_way = (int64_t)(mailer->sending.letter_count - mailer->sending.ended);
    int64_t left = mailer->config->mail_rate - sent - on_way;
    if (left < *allowance)
        *allowance = left > 0 ? left : 0;
    return outcome;
}

/* Takes the next batch; its count is 0 when nothing is due, or no more may go in this minute. */
static bool lease_next(struct mailer *mailer) {
    struct batch *batch = &mailer->next;
    int64_t allowance = 0;
    enum outcome outcome = find_allowance(mailer, &allowance);
    mailer->is_next_leased = true;
    if (outcome == OUTCOME_OK && allowance)
        outcome =
            delivery_lease(mailer->db, batch->arena, allowance, LEASE_S, &batch->deliveries, &batch->count);
    if (outcome == OUTCOME_OK)
        batch->letters = arena_take_array(batch->arena, batch->count, sizeof(*batch->letters));
    else
        log_error("taking mails: %s", db_error(mailer->db));
    return outcome == OUTCOME_OK;
}

/* A little of the next batch's making; false when there is nothing more to do, or it failed. */
static bool prepare_next(void *with) {
    struct mailer *mailer = with;
    bool good = true;
    if (mailer->has_failed)
        return false;
    if (!mailer->is_next_leased)
        good = lease_next(mailer);
    else if (mailer->next.taken == mailer->next.count)
        return false;
    else
        good = take_letter(mailer, &mailer->next);
    mailer->has_failed = !good;
    return good;
}

/* The next batch becomes the one to send, and its place is free for another. */
static void turn_over(struct mailer *mailer) {
    struct arena *used = mailer->sending.arena;
    arena_reset(used);
    mailer->sending = mailer->next;
    mailer->next = (struct batch){.arena = used};
    mailer->is_next_leased = false;
}

static bool send_all(struct mailer *mailer) {
    const struct transport_listener listener = {record, prepare_next, mailer};
    for (;;) {
        while (prepare_next(mailer))
            ;
        if (mailer->has_failed || !mailer->next.count)
            return !mailer->has_failed;
        turn_over(mailer);
        const struct batch *batch = &mailer->sending;
        if (batch->letter_count && !transport_send(mailer->transport, batch->arena, batch->letters,
                                                   batch->letter_count, SESSION_DEADLINE_S, &listener))
            return false;
    }
}

int main(void) {
    struct arena *arena = arena_new();
    struct mailer mailer = {
        .scratch = arena_new(), .sending = {.arena = arena_new()}, .next = {.arena = arena_new()}};
    const char *error = NULL;
    int status = EXIT_FAILURE;
    int lock = -1;
    (void)signal(SIGPIPE, SIG_IGN);
    mailer.config = config_read(arena, &error);
    if (!mailer.config || !log_open("mailer", mailer.config->log)) {
        log_error("%s", error ? error : "cannot open the log");
        goto out;
    }
    mailer.transport = transport_read(arena, mailer.config->mail, &error);
    if (!mailer.transport) {
        log_error("%s", error);
        goto out;
    }
    mailer.host = notice_host(arena, mailer.config->base_url);
    lock = take_lock(arena, mailer.config->database);
    if (lock < 0) {
        status = EXIT_SUCCESS; /* the one that runs does the work */
        goto out;
    }
    const struct db_options options = {
        .path = mailer.config->database, .grants = grants, .grant_count = COUNT(grants)};
    if (db_open_patiently(&options, arena, &mailer.db, &error) != DB_OPENED) {
        log_error("%s", error);
        goto out;
    }
    if (!signer_read(arena, mailer.config->link_keys, &mailer.signer, &error)) {
        log_error("%s", error);
        goto out;
    }
    status = plan_accounts(&mailer) && plan(&mailer) && send_all(&mailer) ? EXIT_SUCCESS : EXIT_FAILURE;
    /* It runs each minute: so no request has to do it, but under the heaviest load. */
    if (db_checkpoint(mailer.db) != DB_OK)
        log_warning("the log of writes is kept: %s", db_error(mailer.db));
out:
    if (mailer.transport)
        transport_close(mailer.transport);
    db_close(mailer.db);
    if (lock >= 0)
        (void)close(lock);
    arena_free(mailer.sending.arena);
    arena_free(mailer.next.arena);
    arena_free(mailer.scratch);
    arena_free(arena);
    return status;
}
