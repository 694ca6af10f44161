#include "http/present_metrics.h"

#include "data/metrics_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SECOND_US = 1000000 };

static void open_family(struct buffer *out, const char *name, const char *type, const char *help) {
    buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_one(struct buffer *out, const char *name, const char *help, int64_t value) {
    open_family(out, name, "gauge", help);
    buffer_print(out, "%s %lld\n", name, (long long)value);
}

static void add_seconds(struct buffer *out, uint64_t us) {
    buffer_print(out, "%llu.%06llu\n", (unsigned long long)us / SECOND_US,
                 (unsigned long long)us % SECOND_US);
}

/* ---- of functions ---- */

typedef void add_of_function(struct buffer *out, const struct metrics *of);

/* Names of functions are letters and dashes: nothing in a label needs escaping. */
static void add_family(struct buffer *out, const char *name, const char *type, const char *help,
                       add_of_function *add) {
    open_family(out, name, type, help);
    const struct metrics *of = NULL;
    for (size_t i = 0; (of = metrics_at(i)) != NULL; i++)
        add(out, of);
}

static void add_number(struct buffer *out, const char *name, const struct metrics *of, uint64_t value) {
    buffer_print(out, "%s{function=\"%s\"} %llu\n", name, of->name, (unsigned long long)value);
}

static void add_answers(struct buffer *out, const struct metrics *of) {
    for (size_t class = 2; class < METRICS_STATUS_CLASSES; class ++)
        buffer_print(out, "pumasi_requests_total{function=\"%s\",status=\"%zuxx\"} %llu\n", of->name, class,
                     (unsigned long long)of->answers[class]);
}

static void add_times(struct buffer *out, const struct metrics *of) {
    unsigned long long sum = 0;
    for (size_t i = 0; i < METRICS_BOUNDS; i++) {
        sum += of->times[i];
        buffer_print(out, "pumasi_request_duration_seconds_bucket{function=\"%s\",le=\"%g\"} %llu\n",
                     of->name, (double)METRICS_BOUNDS_US[i] / SECOND_US, sum);
    }
    sum += of->times[METRICS_BOUNDS];
    buffer_print(out, "pumasi_request_duration_seconds_bucket{function=\"%s\",le=\"+Inf\"} %llu\n", of->name,
                 sum);
    buffer_print(out, "pumasi_request_duration_seconds_sum{function=\"%s\"} ", of->name);
    add_seconds(out, of->answered_us);
    buffer_print(out, "pumasi_request_duration_seconds_count{function=\"%s\"} %llu\n", of->name, sum);
}

static void add_workers(struct buffer *out, const struct metrics *of) {
    add_number(out, "pumasi_workers", of, of->workers);
}

static void add_starts(struct buffer *out, const struct metrics *of) {
    buffer_print(out, "pumasi_worker_start_seconds_sum{function=\"%s\"} ", of->name);
    add_seconds(out, of->started_us);
    add_number(out, "pumasi_worker_start_seconds_count", of, of->starts);
}

static void add_cold_starts(struct buffer *out, const struct metrics *of) {
    add_number(out, "pumasi_cold_starts_total", of, of->cold_starts);
}

static void add_endings(struct buffer *out, const struct metrics *of) {
    static const char *const reasons[METRICS_ENDINGS] = {
        [METRICS_ENDED_BY_TIME] = "time", [METRICS_ENDED_BY_MEMORY] = "memory",
        [METRICS_ENDED_BY_CALL] = "call", [METRICS_ENDED_BY_SIGNAL] = "signal",
        [METRICS_ENDED_BADLY] = "failed",
    };
    for (size_t i = 0; i < METRICS_ENDINGS; i++)
        buffer_print(out, "pumasi_workers_ended_total{function=\"%s\",reason=\"%s\"} %llu\n", of->name,
                     reasons[i], (unsigned long long)of->endings[i]);
}

static void add_functions(struct buffer *out) {
    add_family(out, "pumasi_requests_total", "counter", "Requests answered, by the hundreds of their status.",
               add_answers);
    add_family(out, "pumasi_request_duration_seconds", "histogram",
               "From the request read to its answer ready, its commit included.", add_times);
    add_family(out, "pumasi_workers", "gauge", "Workers that run now.", add_workers);
    add_family(out, "pumasi_worker_start_seconds", "summary",
               "Workers started, and the time from being asked for to being ready.", add_starts);
    add_family(out, "pumasi_cold_starts_total", "counter", "Workers started since there was none.",
               add_cold_starts);
    add_family(
        out, "pumasi_workers_ended_total", "counter",
        "Workers that were ended: by the bound of their time or memory, by a system call that is not allowed, "
        "by a signal, or badly by themselves.",
        add_endings);
}

/* ---- of the machine ---- */

static void stat_beside(const char *database, const char *suffix, struct stat *status) {
    char path[4096];
    int size = snprintf(path, sizeof(path), "%s%s", database, suffix);
    if (size < 0 || (size_t)size >= sizeof(path) || stat(path, status) != 0)
        *status = (struct stat){0};
}

static void add_files(struct buffer *out, const char *database) {
    struct stat status;
    stat_beside(database, "", &status);
    add_one(out, "pumasi_database_bytes", "Size of the database.", (int64_t)status.st_size);
    stat_beside(database, "-wal", &status);
    add_one(out, "pumasi_journal_bytes", "Size of the database's journal (-wal).", (int64_t)status.st_size);
    stat_beside(database, "-mailer", &status);
    add_one(out, "pumasi_mailer_last_run_timestamp_seconds", "When the mailer ran last; 0: never.",
            (int64_t)status.st_mtime);
}

void present_metrics(struct buffer *out, const struct machine_metrics *machine) {
    const struct delivery_waiting *waiting = &machine->waiting;
    int64_t age = machine->oldest_since ? machine->now - machine->oldest_since : 0;
    add_functions(out);
    add_one(out, "pumasi_mail_oldest_seconds",
            "For how long the oldest due mail or unplanned event waits; 0: none does.", age > 0 ? age : 0);
    add_one(out, "pumasi_outbox_events", "Events that no mail is planned for yet.", waiting->events);
    add_one(out, "pumasi_account_outbox_wishes", "Mails about accounts that are not planned yet.",
            waiting->wishes);
    open_family(out, "pumasi_mails_waiting", "gauge", "Mails that are not sent yet, by their state.");
    for (size_t i = 0; i < DELIVERY_WAITING_STATES; i++)
        buffer_print(out, "pumasi_mails_waiting{state=\"%s\"} %lld\n", DELIVERY_WAITING_WORDS[i],
                     (long long)waiting->deliveries[i]);
    add_one(out, "pumasi_mails_given_up",
            "Of the latest 10000 mails those that could not be sent in three days.", machine->given_up);
    add_one(out, "pumasi_log_position", "Number of the latest event that people see.", machine->position);
    add_files(out, machine->database);
}
