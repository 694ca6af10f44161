/*
 * Takes what mail servers report about mails that did not arrive: one report on standard input, as a mail
 * server's pipe gives it, or, with `mail_bounces` set, each mail in that maildir's new/, which then goes into
 * cur/. A mail that failed for good is marked so, and a mailbox that is not there is not written to again.
 *
 * Reports can be forged: only one that came to the signed address of a mail, or that brings back its
 * Message-ID, says something about it. Whatever else arrives is left alone.
 *
 * Exit: 0 taken or left alone, 75 try again later: the database is busy, or this server is not well.
 */
#include "domain/bounce.h"
#include "base/config.h"
#include "base/log.h"
#include "domain/return_path.h"
#include "mail/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const struct grant grants[] = {
    {"delivery", MAY_READ | MAY_UPDATE},
    {"user", MAY_READ},
    {"suppression", MAY_READ | MAY_INSERT},
};

struct taker {
    struct db *db;
    struct signer signer;
    struct arena *arena; /* of one report */
    bool must_stop;      /* the next report would fare no better */
};

/* At most REPORT_MOST_BYTES, and what is beyond is read and forgotten, so that a pipe does not break. */
static bool read_all(int descriptor, struct buffer *out) {
    char piece[16384];
    ssize_t got = 0;
    while ((got = read(descriptor, piece, sizeof(piece))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        size_t room = REPORT_MOST_BYTES - out->size;
        buffer_add_bytes(out, piece, (size_t)got < room ? (size_t)got : room);
    }
    return true;
}

/* True for "x+17.mac@host", which only a return path of ours, or somebody who would like one, looks like. */
static bool is_like_return_path(const char *address) {
    const char *plus = strrchr(address, '+');
    return plus && plus[1] >= '0' && plus[1] <= '9' && plus[1 + strspn(plus + 1, "0123456789")] == '.';
}

/* *delivery_id is 0 where no mail of ours is meant, or it cannot be believed. */
static enum outcome find_delivery(const struct taker *taker, const struct report *report,
                                  int64_t *delivery_id) {
    bool is_forged = false;
    *delivery_id = 0;
    for (size_t i = 0; i < report->address_count && !*delivery_id; i++) {
        *delivery_id = return_path_read(taker->arena, &taker->signer, report->addresses[i]);
        is_forged |= !*delivery_id && is_like_return_path(report->addresses[i]);
    }
    if (*delivery_id)
        return OUTCOME_OK;
    if (is_forged) {
        log_warning("a report came to an address that this server has not made: left alone");
        return OUTCOME_OK;
    }
    enum outcome outcome =
        report->message_id ? bounce_find(taker->db, report->message_id, delivery_id) : OUTCOME_NOT_FOUND;
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    log_info("a report is about no mail of this server: left alone");
    return OUTCOME_OK;
}

static enum outcome record(const struct taker *taker, int64_t delivery_id, const struct report *report) {
    if (report->end == REPORT_PASSES) {
        log_info("mail %lld is not there yet, says a report: %s", (long long)delivery_id, report->said);
        return OUTCOME_OK;
    }
    const struct bounce bounce = {delivery_id, report->said, report->end == REPORT_BAD_MAILBOX};
    enum outcome outcome = bounce_record(taker->db, taker->arena, &bounce);
    if (outcome == OUTCOME_OK)
        log_error("mail %lld did not arrive%s: %s", (long long)delivery_id,
                  bounce.is_bad_mailbox ? ", its address is not mailed any more" : "", report->said);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    log_info("a report is about mail %lld, which has ended or is gone: left alone", (long long)delivery_id);
    return OUTCOME_OK;
}

/* The exit status that one mail gives. */
static int take(struct taker *taker, const struct buffer *mail) {
    struct report report;
    int64_t delivery_id = 0;
    if (!report_read(taker->arena, (struct span){mail->data, mail->size}, &report)) {
        log_info("a mail to the mailbox of reports is none (RFC 3464): left alone");
        return EX_OK;
    }
    enum outcome outcome = find_delivery(taker, &report, &delivery_id);
    if (outcome == OUTCOME_OK && delivery_id)
        outcome = record(taker, delivery_id, &report);
    if (outcome == OUTCOME_OK)
        return EX_OK;
    taker->must_stop = outcome != OUTCOME_CONFLICT;
    log_warning("a report about mail %lld is taken later: %s", (long long)delivery_id,
                outcome == OUTCOME_CONFLICT ? "the mail is still on its way" : db_error(taker->db));
    return EX_TEMPFAIL;
}

static int take_input(struct taker *taker) {
    struct buffer mail = buffer_new(taker->arena, 16384);
    if (!read_all(STDIN_FILENO, &mail)) {
        log_error("reading a report: %s", strerror(errno));
        return EX_TEMPFAIL;
    }
    return mail.size ? take(taker, &mail) : EX_OK; /* nothing: cron runs it without a report */
}

/* ---- a maildir ---- */

static int take_file(struct taker *taker, int directory, const char *name) {
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat facts;
    struct buffer mail = buffer_new(taker->arena, 16384);
    bool good = file >= 0 && fstat(file, &facts) == 0;
    bool is_mail = good && S_ISREG(facts.st_mode);
    good = good && (!is_mail || read_all(file, &mail));
    if (!good)
        log_error("%s: %s", name, strerror(errno));
    if (file >= 0)
        (void)close(file);
    if (!good)
        return EX_TEMPFAIL;
    return is_mail ? take(taker, &mail) : EX_OK;
}

/* One that somebody else has moved meanwhile is done as well. */
static bool move_to_cur(const struct taker *taker, const char *maildir, int new, const char *name) {
    const char *to = arena_print(taker->arena, "%s/cur/%s%s", maildir, name, strchr(name, ':') ? "" : ":2,S");
    if (renameat(new, name, AT_FDCWD, to) == 0 || errno == ENOENT)
        return true;
    log_error("%s: %s", to, strerror(errno));
    return false;
}

static int take_maildir(struct taker *taker, const char *maildir) {
    int new = open(arena_print(taker->arena, "%s/new", maildir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = new < 0 ? NULL : fdopendir(new);
    if (!list) {
        log_error("mail_bounces, %s/new: %s", maildir, strerror(errno));
        if (new >= 0)
            (void)close(new);
        return EX_TEMPFAIL;
    }
    int status = EX_OK;
    const struct dirent *entry;
    /* cppcheck-suppress readdirCalled ; there are no threads */
    while (!taker->must_stop && (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        int ended = take_file(taker, new, entry->d_name);
        if (ended != EX_OK || !move_to_cur(taker, maildir, new, entry->d_name))
            status = EX_TEMPFAIL;
        arena_reset(taker->arena);
    }
    (void)closedir(list);
    return status;
}

int main(void) {
    struct arena *arena = arena_new();
    struct taker taker = {.arena = arena_new()};
    const char *error = NULL;
    int status = EX_TEMPFAIL; /* a mail server would bounce the report for any other */
    const struct config *config = config_read(arena, &error);
    if (!config || !log_open("bounce", config->log)) {
        log_error("%s", error ? error : "cannot open the log");
        goto out;
    }
    const struct db_options options = {
        .path = config->database, .grants = grants, .grant_count = COUNT(grants)};
    if (db_open_patiently(&options, arena, &taker.db, &error) != DB_OPENED ||
        !signer_read(arena, config->link_keys, &taker.signer, &error))
        log_error("%s", error);
    else
        status = config->mail_bounces ? take_maildir(&taker, config->mail_bounces) : take_input(&taker);
out:
    db_close(taker.db);
    arena_free(taker.arena);
    arena_free(arena);
    return status;
}
