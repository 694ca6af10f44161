/*
 * One table names every key, where its value goes, and what it means. The file is read first, then the
 * environment, so that PUMASI_MAIL_DELAY=1 on a command line wins.
 */
#include "base/config.h"

#include "base/buffer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MOST_FILE_BYTES = 64 * 1024 };

enum kind {
    KIND_TEXT,
    KIND_ADDRESS,
    KIND_HOSTS,
    KIND_NUMBER,
    KIND_COUNT,
    KIND_LOG_DAYS,
    KIND_REGISTRATION,
    KIND_SECOND_FACTOR
};

struct key {
    const char *name;
    enum kind kind;
    size_t offset;
    bool may_be_empty;
    int64_t most; /* of a number */
    const char *meaning;
};

static const struct key keys[] = {
    {"registration", KIND_REGISTRATION, offsetof(struct config, registration), false, 0,
     "who may make an account: open (anyone), invite (who is invited), closed (only `pumasi user add`)"},
    {"base_url", KIND_TEXT, offsetof(struct config, base_url), false, 0,
     "the address that people type; links in mails start with it, https:// makes cookies Secure"},
    {"trusted_proxy", KIND_HOSTS, offsetof(struct config, trusted_proxy), true, 0,
     "IP addresses, with commas, of proxies in front of the web server whose X-Forwarded-For is believed; empty: none"},
    {"second_factor", KIND_SECOND_FACTOR, offsetof(struct config, second_factor), false, 0,
     "who must have an authenticator app to sign in: optional (nobody), admins, all"},
    {"session_days", KIND_COUNT, offsetof(struct config, session_days), false, 400,
     "days after which everybody signs in again, however much a session is used (1 to 400)"},
    {"session_idle_hours", KIND_COUNT, offsetof(struct config, session_idle_hours), false, 9600,
     "hours without use after which a browser is signed out (1 to 9600)"},
    {"changes_a_minute", KIND_COUNT, offsetof(struct config, changes_a_minute), false, 60000,
     "changes that one person may go on making each minute, after ten times as many at once (1 to 60000)"},
    {"database", KIND_TEXT, offsetof(struct config, database), false, 0, "path of the SQLite file"},
    {"link_keys", KIND_TEXT, offsetof(struct config, link_keys), true, 0,
     "path of the file with the keys that sign the links in mails; empty: the database's path and -keys"},
    {"log", KIND_TEXT, offsetof(struct config, log), true, 0, "path of the log; empty: standard error"},
    {"log_days", KIND_LOG_DAYS, offsetof(struct config, log_days), false, 36500,
     "days that the record of what happened to tasks and people is kept (7 to 36500; 0: for ever)"},
    {"mail", KIND_TEXT, offsetof(struct config, mail), false, 0,
     "where mails go: smtp://user:password@host:587 or maildir:DIR"},
    {"mail_from", KIND_TEXT, offsetof(struct config, mail_from), false, 0, "sender of the mails"},
    {"mail_delay", KIND_NUMBER, offsetof(struct config, mail_delay_s), false, 3600,
     "seconds of rest before the edits of a task go out as one mail (0 to 3600)"},
    {"mail_rate", KIND_NUMBER, offsetof(struct config, mail_rate), false, 100000,
     "mails a minute at most, where the mail server bounds them (0 to 100000; 0: no bound)"},
    {"mail_bounce", KIND_ADDRESS, offsetof(struct config, mail_bounce), true, 0,
     "mailbox for the reports of mail servers, bounces@example.org: mails go out as from bounces+...@example.org; "
     "empty: reports go to mail_from"},
    {"mail_bounces", KIND_TEXT, offsetof(struct config, mail_bounces), true, 0,
     "maildir that `bounce` reads reports from; empty: the mail server gives it each one on standard input"},
};

static const char *const registrations[REGISTRATION_COUNT] = {
    [REGISTRATION_OPEN] = "open",
    [REGISTRATION_INVITE] = "invite",
    [REGISTRATION_CLOSED] = "closed",
};

static const struct config defaults = {
    .registration = REGISTRATION_INVITE,
    .base_url = "http://localhost",
    .database = "/var/lib/pumasi/pumasi.db",
    .mail = "maildir:/var/lib/pumasi/mail",
    .mail_from = "pumasi@localhost",
    .mail_delay_s = 120,
    .session_days = 30,
    .session_idle_hours = 168,
    .changes_a_minute = 60,
};

static const char *read_file(struct arena *arena, const char *path, const char **error) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct buffer text = buffer_new(arena, 4096);
    const char *fault = NULL;
    for (;;) {
        char piece[4096];
        ssize_t got = read(descriptor, piece, sizeof(piece));
        if (got < 0)
            fault = strerror(errno);
        if (got <= 0)
            break;
        buffer_add_bytes(&text, piece, (size_t)got);
        if (text.size > MOST_FILE_BYTES) {
            fault = "is larger than 64 KiB";
            break;
        }
    }
    (void)close(descriptor);
    if (!fault && memchr(text.data, '\0', text.size))
        fault = "holds a NUL byte";
    if (fault) {
        *error = arena_print(arena, "%s: %s", path, fault);
        return NULL;
    }
    return text.data;
}

static char *trim(char *text) {
    text += strspn(text, " \t\r");
    size_t size = strlen(text);
    while (size && strchr(" \t\r", text[size - 1]))
        text[--size] = '\0';
    return text;
}

static bool set_registration(struct config *config, const char *value) {
    for (unsigned i = 0; i < REGISTRATION_COUNT; i++) {
        if (strcmp(value, registrations[i]) != 0)
            continue;
        config->registration = (enum registration)i;
        return true;
    }
    return false;
}

/* The words of the enum, in its order. */
static const char *const second_factors[] = {
    [SECOND_FACTOR_OPTIONAL] = "optional",
    [SECOND_FACTOR_ADMINS] = "admins",
    [SECOND_FACTOR_ALL] = "all",
};

static bool set_second_factor(struct config *config, const char *value) {
    for (size_t i = 0; i < COUNT(second_factors); i++) {
        if (strcmp(second_factors[i], value) == 0) {
            config->second_factor = (enum second_factor)i;
            return true;
        }
    }
    return false;
}

static bool set_number(int64_t *target, const char *value, int64_t most) {
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno || end == value || *end || number < 0 || number > most)
        return false;
    *target = number;
    return true;
}

/* One at least. */
static bool set_count(int64_t *target, const char *value, int64_t most) {
    int64_t count = 0;
    if (!set_number(&count, value, most) || !count)
        return false;
    *target = count;
    return true;
}

/* Reminders of what is late look back a week. */
static bool set_log_days(int64_t *target, const char *value, int64_t most) {
    enum { LEAST_DAYS = 7 };
    int64_t days = 0;
    if (!set_number(&days, value, most) || (days && days < LEAST_DAYS))
        return false;
    *target = days;
    return true;
}

static bool set_text(const char **target, const char *value, bool may_be_empty) {
    if (!*value && !may_be_empty)
        return false;
    *target = *value ? value : NULL;
    return true;
}

/* local@host, or nothing. What is behind a plus is ours to write. */
static bool is_address(const char *value) {
    const char *at = strchr(value, '@');
    return !*value || (at && at != value && at[1] && !strchr(at + 1, '@') && !strpbrk(value, " \t<>,;+\""));
}

/* IP addresses with commas between, or nothing. */
static bool are_hosts(const char *value) {
    while (*value) {
        char host[INET6_ADDRSTRLEN];
        struct in6_addr address;
        value += strspn(value, " \t");
        size_t size = strcspn(value, ", \t");
        if (!size || size >= sizeof(host))
            return false;
        memcpy(host, value, size);
        host[size] = '\0';
        if (inet_pton(AF_INET, host, &address) != 1 && inet_pton(AF_INET6, host, &address) != 1)
            return false;
        value += size;
        value += strspn(value, " \t");
        if (*value && *value++ != ',')
            return false;
    }
    return true;
}

/* NULL, or what is wrong. */
static const char *set(struct arena *arena, struct config *config, const struct key *key, const char *value) {
    char *member = (char *)config + key->offset;
    bool good = false;
    switch (key->kind) {
    case KIND_TEXT:
        good = set_text((const char **)(void *)member, value, key->may_be_empty);
        break;
    case KIND_ADDRESS:
        good = is_address(value) && set_text((const char **)(void *)member, value, key->may_be_empty);
        break;
    case KIND_HOSTS:
        good = are_hosts(value) && set_text((const char **)(void *)member, value, key->may_be_empty);
        break;
    case KIND_NUMBER:
        good = set_number((int64_t *)(void *)member, value, key->most);
        break;
    case KIND_COUNT:
        good = set_count((int64_t *)(void *)member, value, key->most);
        break;
    case KIND_LOG_DAYS:
        good = set_log_days((int64_t *)(void *)member, value, key->most);
        break;
    case KIND_REGISTRATION:
        good = set_registration(config, value);
        break;
    case KIND_SECOND_FACTOR:
        good = set_second_factor(config, value);
        break;
    }
    return good ? NULL : arena_print(arena, "%s cannot be \"%s\"; it is: %s", key->name, value, key->meaning);
}

/* KEY or KEY_file (then *from_file is set). NULL if there is no such key. */
static const struct key *find_key(const char *name, bool *from_file) {
    for (size_t i = 0; i < COUNT(keys); i++) {
        size_t size = strlen(keys[i].name);
        if (strncasecmp(name, keys[i].name, size) != 0)
            continue;
        *from_file = strcasecmp(name + size, "_file") == 0;
        if (!name[size] || *from_file)
            return &keys[i];
    }
    return NULL;
}

static const char *set_named(struct arena *arena, struct config *config, const char *name,
                             const char *value) {
    bool from_file = false;
    const struct key *key = find_key(name, &from_file);
    if (!key)
        return arena_print(arena, "\"%s\" is not a setting; `pumasi config` lists them", name);
    if (from_file) {
        const char *error = NULL;
        const char *text = read_file(arena, value, &error);
        if (!text)
            return error;
        char *line = arena_copy_bytes(arena, text, strcspn(text, "\n"));
        value = trim(line);
    }
    return set(arena, config, key, value);
}

static const char *set_from_file(struct arena *arena, struct config *config, const char *path) {
    const char *error = NULL;
    const char *text = read_file(arena, path, &error);
    if (!text)
        return error;
    int number = 0;
    while (*text) {
        size_t size = strcspn(text, "\n");
        char *line = trim(arena_copy_bytes(arena, text, size));
        text += size + (text[size] == '\n');
        number++;
        if (!*line || *line == '#')
            continue;
        char *equals = strchr(line, '=');
        if (!equals)
            return arena_print(arena, "%s:%d: a line is `key = value`", path, number);
        *equals = '\0';
        const char *fault = set_named(arena, config, trim(line), trim(equals + 1));
        if (fault)
            return arena_print(arena, "%s:%d: %s", path, number, fault);
    }
    return NULL;
}

static const char *set_from_environment(struct arena *arena, struct config *config) {
    static const char prefix[] = "PUMASI_";
    for (char **entry = environ; *entry; entry++) {
        if (strncmp(*entry, prefix, sizeof(prefix) - 1) != 0 || strncmp(*entry, "PUMASI_CONFIG=", 14) == 0)
            continue;
        char *name = arena_copy(arena, *entry + sizeof(prefix) - 1);
        char *equals = strchr(name, '=');
        if (!equals)
            continue;
        *equals = '\0';
        const char *fault = set_named(arena, config, name, equals + 1);
        if (fault)
            return arena_print(arena, "environment: PUMASI_%s: %s", name, fault);
    }
    return NULL;
}

const struct config *config_read(struct arena *arena, const char **error) {
    struct config *config = arena_take(arena, sizeof(*config));
    *config = defaults;
    const char *path = getenv("PUMASI_CONFIG");
    const char *fault = set_from_file(arena, config, path ? path : "/etc/pumasi.conf");
    if (!fault)
        fault = set_from_environment(arena, config);
    if (fault) {
        *error = fault;
        return NULL;
    }
    if (!config->link_keys)
        config->link_keys = arena_print(arena, "%s-keys", config->database);
    return config;
}

static const char *without_password(struct arena *arena, const char *url) {
    const char *scheme_end = strstr(url, "://");
    const char *at = strrchr(url, '@');
    const char *colon = scheme_end ? strchr(scheme_end + 3, ':') : NULL;
    if (!colon || !at || colon > at)
        return url;
    return arena_print(arena, "%.*s:***%s", (int)(colon - url), url, at);
}

const struct config_row *config_rows(struct arena *arena, const struct config *config, size_t *count) {
    struct config_row *rows = arena_take_array(arena, COUNT(keys), sizeof(*rows));
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *member = (const char *)config + keys[i].offset;
        const char *value = NULL;
        switch (keys[i].kind) {
        case KIND_TEXT:
        case KIND_ADDRESS:
        case KIND_HOSTS:
            value = *(const char *const *)(const void *)member;
            break;
        case KIND_NUMBER:
        case KIND_COUNT:
        case KIND_LOG_DAYS:
            value = arena_print(arena, "%lld", (long long)*(const int64_t *)(const void *)member);
            break;
        case KIND_REGISTRATION:
            value = registrations[config->registration];
            break;
        case KIND_SECOND_FACTOR:
            value = second_factors[config->second_factor];
            break;
        }
        rows[i] =
            (struct config_row){keys[i].name, without_password(arena, value ? value : ""), keys[i].meaning};
    }
    *count = COUNT(keys);
    return rows;
}
