#include "domain/recipient.h"

#include <stdlib.h>
#include <string.h>

DB_QUERY(RECIPIENT_WATCHERS, "SELECT user_id FROM task_watcher WHERE task_id = $1 AND state = 'watch'");
DB_QUERY(RECIPIENT_ALL, "SELECT id FROM \"user\" WHERE mail_level = 'all'");
DB_QUERY(RECIPIENT_ADMINS, "SELECT id FROM \"user\" WHERE role = 'admin'");
DB_QUERY(RECIPIENT_EVERYONE, "SELECT id FROM \"user\"");
DB_QUERY(RECIPIENT_WISHES,
         "SELECT \"user\".mail_how, \"user\".mail_level, \"user\".mail_own, \"user\".mail_hour, "
         "\"user\".time_zone, task_watcher.state, \"user\".email_is_verified "
         "FROM \"user\" LEFT JOIN task_watcher "
         "ON task_watcher.user_id = \"user\".id AND task_watcher.task_id = $2 "
         "WHERE \"user\".id = $1 AND \"user\".disabled_at IS NULL");

struct list {
    struct db *db;
    struct arena *arena;
    const struct envelope *event;
    struct recipient *recipients;
    size_t count;
};

static void add(struct list *list, int64_t user_id, enum reason reason, bool is_instant) {
    if (!user_id)
        return;
    list->recipients = arena_grow(list->arena, list->recipients, list->count, sizeof(*list->recipients));
    list->recipients[list->count++] = (struct recipient){
        .user_id = user_id, .reason = reason, .is_instant = is_instant, .is_ordered = reason == REASON_RULE};
}

static enum db_result add_found(struct list *list, const struct db_query *query,
                                const struct db_value *values, size_t count, enum reason reason,
                                bool is_instant) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(list->db, query, &rows, values, count);
    if (result != DB_OK)
        return result;
    while ((result = db_next(rows)) == DB_ROW)
        add(list, db_get_integer(rows, 0), reason, is_instant);
    db_finish(rows);
    return result == DB_END ? DB_OK : result;
}

static enum db_result add_watchers(struct list *list, bool is_instant) {
    const struct db_value values[] = {db_integer(list->event->task_id)};
    return add_found(list, &RECIPIENT_WATCHERS, values, COUNT(values), REASON_WATCHER, is_instant);
}

static enum db_result add_involved(struct list *list, bool is_instant) {
    const struct envelope *event = list->event;
    add(list, event->assignee_id, REASON_ASSIGNEE, is_instant);
    add(list, event->was_assignee_id, REASON_WAS_ASSIGNEE, is_instant);
    add(list, event->creator_id, REASON_CREATOR, is_instant);
    for (size_t i = 0; i < event->mention_count; i++)
        add(list, event->mentioned[i], REASON_MENTIONED, is_instant);
    enum db_result result = add_watchers(list, is_instant);
    return result == DB_OK ? add_found(list, &RECIPIENT_ALL, NULL, 0, REASON_ALL, is_instant) : result;
}

static enum db_result add_named(struct list *list, const struct rule *rule) {
    bool is_instant = strcmp(rule->how, "instant") == 0;
    if (strcmp(rule->who, "involved") == 0)
        return add_involved(list, is_instant);
    if (strcmp(rule->who, "watchers") == 0)
        return add_watchers(list, is_instant);
    if (strcmp(rule->who, "admins") == 0)
        return add_found(list, &RECIPIENT_ADMINS, NULL, 0, REASON_RULE, is_instant);
    if (strcmp(rule->who, "everyone") == 0)
        return add_found(list, &RECIPIENT_EVERYONE, NULL, 0, REASON_RULE, is_instant);
    if (strcmp(rule->who, "assignee") == 0)
        add(list, list->event->assignee_id, REASON_ASSIGNEE, is_instant);
    else if (strcmp(rule->who, "creator") == 0)
        add(list, list->event->creator_id, REASON_CREATOR, is_instant);
    else
        add(list, rule_person(rule->who), REASON_RULE, is_instant);
    return DB_OK;
}

static int by_person_and_reason(const void *one, const void *other) {
    const struct recipient *a = one;
    const struct recipient *b = other;
    if (a->user_id != b->user_id)
        return a->user_id < b->user_id ? -1 : 1;
    return (int)a->reason - (int)b->reason;
}

/* Whoever several rules name is told once: for the strongest reason, and at once if any wants it. */
static void merge(struct list *list) {
    if (list->count)
        qsort(list->recipients, list->count, sizeof(*list->recipients), by_person_and_reason);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct recipient *further = &list->recipients[i];
        if (kept && list->recipients[kept - 1].user_id == further->user_id) {
            list->recipients[kept - 1].is_instant |= further->is_instant;
            list->recipients[kept - 1].is_ordered |= further->is_ordered;
        } else {
            list->recipients[kept++] = *further;
        }
    }
    list->count = kept;
}

static const char *why_not(struct db_rows *rows, const struct envelope *event,
                           const struct recipient *recipient) {
    if (event->actor_id == recipient->user_id && !db_get_integer(rows, 2))
        return "own";
    if (!db_get_integer(rows, 6))
        return "unverified";
    if (db_text_is(rows, 0, "off"))
        return "off";
    if (db_text_is(rows, 5, "mute"))
        return "muted";
    /* What a person watches she wants, and what an administrator orders is not hers to thin out. */
    bool is_thinned = recipient->reason == REASON_CREATOR || recipient->reason == REASON_ALL;
    return is_thinned && !recipient->is_ordered && db_text_is(rows, 1, "assigned") &&
                   !db_text_is(rows, 5, "watch")
               ? "level"
               : NULL;
}

/* False where there is no such person (a rule named somebody by a number that nobody has), or she is
 * disabled. */
static enum db_result ask_wishes(struct list *list, struct recipient *recipient, bool *exists) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(list->db, &RECIPIENT_WISHES, &rows, db_integer(recipient->user_id),
                                     db_integer(list->event->task_id));
    if (result != DB_OK)
        return result;
    result = db_next(rows);
    *exists = result == DB_ROW;
    if (*exists) {
        recipient->skipped = why_not(rows, list->event, recipient);
        recipient->is_daily = db_text_is(rows, 0, "daily");
        recipient->is_instant |= db_text_is(rows, 0, "instant");
        recipient->mail_hour = db_get_integer(rows, 3);
        recipient->time_zone = db_get_text(rows, 4, list->arena);
    }
    db_finish(rows);
    return result == DB_ROW || result == DB_END ? DB_OK : result;
}

enum outcome recipient_list(struct db *db, struct arena *arena, const struct rule *rules, size_t rule_count,
                            const struct envelope *event, struct recipient **recipients, size_t *count) {
    struct list list = {.db = db, .arena = arena, .event = event};
    enum db_result result = DB_OK;
    for (size_t i = 0; i < rule_count && result == DB_OK; i++)
        if (rules[i].parsed && pattern_matches(rules[i].parsed, event->json))
            result = add_named(&list, &rules[i]);
    merge(&list);
    size_t kept = 0;
    for (size_t i = 0; i < list.count && result == DB_OK; i++) {
        bool exists = false;
        result = ask_wishes(&list, &list.recipients[i], &exists);
        if (exists)
            list.recipients[kept++] = list.recipients[i];
    }
    *recipients = list.recipients;
    *count = kept;
    return outcome_of(result);
}
