/* `pumasi doctor`: looks at everything that goes wrong on a server, and says of each finding what to do. */
#include "command.h"

#include "base/clock.h"
#include "data/backup.h"
#include "domain/delivery.h"
#include "domain/event.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };
enum {
    LEAST_FREE_MIB = 256,
    MOST_WAL_MIB = 128, /* eight times what a checkpoint is asked for at */
    MOST_SILENCE_S = 600,
    MOST_WAIT_S = 1800,
    CLOCK_AHEAD_S = 120,
};

static const struct grant grants[] = {
    {"event", MAY_READ},
    {"outbox", MAY_READ},
    {"delivery", MAY_READ},
};

/* One thing looked at: `remedy` is NULL where nothing is to be done. */
static void tell(struct command_line *line, bool *is_well, const char *subject, const char *finding,
                 const char *remedy) {
    if (remedy)
        *is_well = false;
    if (line->as_json) {
        json_open_object(&line->json);
        json_add_boolean(&line->json, "ok", !remedy);
        json_add_text(&line->json, "subject", subject);
        json_add_text(&line->json, "finding", finding);
        if (remedy)
            json_add_text(&line->json, "remedy", remedy);
        else
            json_add_null(&line->json, "remedy");
        json_close_object(&line->json);
        return;
    }
    buffer_print(&line->out, "%s  %s: %s\n", remedy ? "!! " : "ok ", subject, finding);
    if (remedy)
        buffer_print(&line->out, "       -> %s\n", remedy);
}

/* ---- files ---- */

static void look_at_file(struct command_line *line, bool *is_well, const char *path, mode_t forbidden,
                         bool must_exist) {
    struct stat status;
    if (stat(path, &status) != 0) {
        if (must_exist || errno != ENOENT)
            tell(line, is_well, path, strerror(errno),
                 "`pumasi migrate`, as the functions' user, makes what is missing");
    } else if (status.st_mode & forbidden) {
        tell(line, is_well, path, "others on this machine can read or change it",
             arena_print(line->arena, "chmod %o %s", status.st_mode & 0777 & ~forbidden, path));
    } else {
        tell(line, is_well, path, "private", NULL);
    }
}

static void look_at_files(struct command_line *line, bool *is_well) {
    const char *database = line->config->database;
    const char *config = getenv("PUMASI_CONFIG");
    look_at_file(line, is_well, config && *config ? config : "/etc/pumasi.conf", 0002, false);
    look_at_file(line, is_well, database, 0007, true);
    look_at_file(line, is_well, arena_print(line->arena, "%s-wal", database), 0007, false);
    look_at_file(line, is_well, line->config->link_keys, 0077, true);
    if (line->config->log)
        look_at_file(line, is_well, line->config->log, 0007, false);
}

/* ---- the machine ---- */

static void look_at_disk(struct command_line *line, bool *is_well) {
    struct statvfs room;
    struct stat database;
    if (statvfs(line->config->database, &room) != 0 || stat(line->config->database, &database) != 0) {
        tell(line, is_well, "disk", strerror(errno),
             "see that the setting `database` names a file that can be read");
        return;
    }
    uint64_t free_mib = (uint64_t)room.f_bavail * room.f_frsize / MIB;
    uint64_t wanted = (uint64_t)database.st_size / MIB * 2;
    if (wanted < LEAST_FREE_MIB)
        wanted = LEAST_FREE_MIB;
    const char *finding = arena_print(line->arena, "%llu MiB free", (unsigned long long)free_mib);
    bool is_full = free_mib < wanted;
    tell(line, is_well, "disk", finding,
         is_full ? arena_print(
                       line->arena,
                       "make room: less than %llu MiB (twice the database) is little for its journal and a "
                       "backup; `log_days = 365` has janitor forget older events",
                       (unsigned long long)wanted)
                 : NULL);
    if (room.f_files && room.f_favail < 1000)
        tell(line, is_well, "disk", "hardly any inode free",
             "remove small files, of old mails or sessions perhaps");
}

static void look_at_journal(struct command_line *line, bool *is_well) {
    struct stat status;
    if (stat(arena_print(line->arena, "%s-wal", line->config->database), &status) != 0)
        return;
    bool is_long = status.st_size > (off_t)MOST_WAL_MIB * MIB;
    tell(
        line, is_well, "journal (-wal)",
        arena_print(line->arena, "%lld KiB", (long long)status.st_size / 1024),
        is_long
            ? "something has read in one transaction for long, which keeps it growing: end what else has the "
              "database open (lsof), or restart the functions"
            : NULL);
}

static void look_at_clock(struct command_line *line, bool *is_well) {
    struct timex clock = {.modes = 0};
    int64_t last = 0;
    bool is_synchronized = adjtimex(&clock) != TIME_ERROR;
    if (line->db && event_latest_at(line->db, &last) == OUTCOME_OK && last > clock_now() + CLOCK_AHEAD_S)
        tell(line, is_well, "clock",
             arena_print(line->arena, "behind the log by %s", span_text(line->arena, last - clock_now())),
             "set the clock: mails that are due by the later time wait until then");
    else
        tell(line, is_well, "clock", is_synchronized ? "synchronised" : "not synchronised with any other",
             is_synchronized
                 ? NULL
                 : "install chrony or systemd-timesyncd; codes of authenticator apps need the time");
}

/* ---- mails ---- */

static void look_at_mailer(struct command_line *line, bool *is_well) {
    struct stat status;
    const char *cron =
        "pumasi-mailer.timer runs it (systemctl status pumasi-mailer.timer), or a line of cron, each minute and as the "
        "functions' user (see README.md)";
    if (stat(arena_print(line->arena, "%s-mailer", line->config->database), &status) != 0) {
        tell(line, is_well, "mailer", "has never run", cron);
        return;
    }
    int64_t silence = clock_now() - status.st_mtime;
    tell(line, is_well, "mailer", arena_print(line->arena, "ran %s ago", span_text(line->arena, silence)),
         silence > MOST_SILENCE_S ? cron : NULL);
}

static void look_at_queue(struct command_line *line, bool *is_well) {
    int64_t since = 0;
    int64_t dead = 0;
    int64_t now = clock_now();
    if (delivery_find_oldest(line->db, now, &since) != OUTCOME_OK ||
        delivery_count_dead(line->db, &dead) != OUTCOME_OK) {
        tell(line, is_well, "mails", db_error(line->db),
             "`pumasi migrate`; if that says the same, restore a backup");
        return;
    }
    const char *finding = since ? arena_print(line->arena, "the oldest due one waits for %s",
                                              span_text(line->arena, now - since))
                                : "none waits";
    tell(line, is_well, "mails", finding,
         since && now - since > MOST_WAIT_S
             ? "`pumasi mail queue` says why; `pumasi mail test ADDRESS` repeats what the server says"
             : NULL);
    if (dead)
        tell(
            line, is_well, "mails", arena_print(line->arena, "%lld were given up", (long long)dead),
            "`pumasi mail list --state dead` names them; `pumasi mail retry ID` tries once more, `pumasi mail drop ID` "
            "ends it");
    if (strncmp(line->config->mail, "maildir:", 8) == 0)
        tell(line, is_well, "mail", "is kept as files and sent to nobody", NULL);
}

/* ---- the web server ---- */

static void look_at_server(struct command_line *line, bool *is_well) {
    const char *url = arena_print(line->arena, "%s/api/health", line->config->base_url);
    const char *words[] = {"curl",     "--silent",  "--show-error", "--fail", "--max-time", "10",
                           "--output", "/dev/null", "--",           url,      NULL};
    pid_t child = 0;
    int status = 0;
    int error = posix_spawnp(&child, words[0], NULL, NULL, (char *const *)(void *)words, environ);
    if (error) {
        tell(line, is_well, url, arena_print(line->arena, "curl: %s", strerror(error)),
             "install curl, which asks it");
        return;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return;
    bool answers = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    tell(
        line, is_well, url, answers ? "answers" : "does not answer",
        answers
            ? NULL
            : "see that the web server runs with the generated configuration, that its functions' sockets are "
              "there, and that `base_url` is where people reach it");
}

/* All it looks at is read; only --mail sends something. */
int run_doctor(struct command_line *line) {
    bool is_well = true;
    bool is_thorough = take_flag(line, "--thorough");
    const char *address = take_option(line, "--mail");
    if (line->count || (address && line->as_json))
        return fail_usage(line);
    open_list(line);
    look_at_files(line, &is_well);
    look_at_disk(line, &is_well);
    look_at_journal(line, &is_well);
    const struct db_options options = {
        .path = line->config->database, .is_read_only = true, .grants = grants, .grant_count = COUNT(grants)};
    const char *error = NULL;
    if (db_open(&options, line->arena, &line->db, &error) == DB_OPENED) {
        tell(line, &is_well, "database", "can be read", NULL);
        if (is_thorough && !backup_check(line->config->database, line->arena, &error))
            tell(line, &is_well, "database", error, "`pumasi restore` the latest backup that is whole");
        look_at_queue(line, &is_well);
    } else {
        tell(line, &is_well, "database", error, "`pumasi migrate`; if that says the same, restore a backup");
    }
    look_at_clock(line, &is_well);
    look_at_mailer(line, &is_well);
    look_at_server(line, &is_well);
    close_list(line);
    if (address) {
        line->words = (char *[]){(char *)(uintptr_t)address};
        line->count = 1;
        is_well = run_mail_test(line) == EXIT_SUCCESS && is_well;
    }
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
