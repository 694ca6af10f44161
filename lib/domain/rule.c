#include "domain/rule.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RULE_COLUMNS "id, name, pattern, who, how, is_enabled"
DB_QUERY(RULE_LIST, "SELECT " RULE_COLUMNS " FROM rule WHERE is_enabled >= $1 ORDER BY id");
DB_QUERY(RULE_FIND, "SELECT " RULE_COLUMNS " FROM rule WHERE name = $1");
DB_QUERY(RULE_INSERT, "INSERT INTO rule (name, pattern, who, how, is_enabled) VALUES ($1, $2, $3, $4, $5)");
DB_QUERY(RULE_UPDATE, "UPDATE rule SET name = $2, pattern = $3, who = $4, how = $5 WHERE name = $1");
DB_QUERY(RULE_ENABLE, "UPDATE rule SET is_enabled = $2 WHERE name = $1");
DB_QUERY(RULE_DELETE, "DELETE FROM rule WHERE name = $1");
DB_QUERY(RULE_PERSON, "SELECT id FROM \"user\" WHERE id = $1");

static void read_row(struct db_rows *rows, struct arena *arena, struct rule *rule) {
    *rule = (struct rule){
        .id = db_get_integer(rows, 0),
        .name = db_get_text(rows, 1, arena),
        .pattern = db_get_text(rows, 2, arena),
        .who = db_get_text(rows, 3, arena),
        .how = db_get_text(rows, 4, arena),
        .is_enabled = db_get_integer(rows, 5) != 0,
    };
    const char *error = NULL;
    rule->parsed = pattern_parse(arena, rule->pattern, strlen(rule->pattern), &error);
}

enum outcome rule_list(struct db *db, struct arena *arena, bool only_enabled, struct rule **rules,
                       size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &RULE_LIST, &rows, db_integer(only_enabled));
    if (result != DB_OK)
        return outcome_of(result);
    struct rule *list = NULL;
    size_t used = 0;
    while ((result = db_next(rows)) == DB_ROW) {
        list = arena_grow(arena, list, used, sizeof(*list));
        read_row(rows, arena, &list[used++]);
    }
    db_finish(rows);
    *rules = list;
    *count = used;
    return outcome_of(result);
}

enum outcome rule_find(struct db *db, struct arena *arena, const char *name, struct rule *found) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start(db, &RULE_FIND, &rows, db_text(name));
    if (result != DB_OK)
        return outcome_of(result);
    result = db_next(rows);
    if (result == DB_ROW)
        read_row(rows, arena, found);
    db_finish(rows);
    if (result == DB_END)
        return OUTCOME_NOT_FOUND;
    return result == DB_ROW ? OUTCOME_OK : outcome_of(result);
}

int64_t rule_person(const char *who) {
    if (strncmp(who, "user:", 5) != 0 || who[5] < '1' || who[5] > '9')
        return 0;
    char *end = NULL;
    errno = 0;
    long long id = strtoll(who + 5, &end, 10);
    return errno || *end ? 0 : (int64_t)id;
}

static bool is_one_of(const char *word, const char *const *words) {
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

const char *rule_fault(struct arena *arena, const struct rule *rule) {
    static const char *const people[] = {"involved", "assignee", "creator", "watchers",
                                         "admins",   "everyone", NULL};
    static const char *const hastes[] = {"instant", "coalesced", NULL};
    size_t size = strlen(rule->name);
    if (!size || !utf8_is_valid(rule->name, size) || utf8_has_control(rule->name, size) ||
        utf8_count(rule->name, size) > RULE_MOST_NAME)
        return "the name must have 1 to 50 characters";
    if (!is_one_of(rule->who, people) && !rule_person(rule->who))
        return "--who must be involved, assignee, creator, watchers, admins, everyone or user:ID";
    if (!is_one_of(rule->how, hastes))
        return "--how must be instant or coalesced";
    size = strlen(rule->pattern);
    if (size > PATTERN_MOST_BYTES)
        return "the pattern must have at most 16,384 bytes";
    const char *error = NULL;
    if (!pattern_parse(arena, rule->pattern, size, &error))
        return arena_print(arena, "the pattern is invalid: %s", error);
    return NULL;
}

/* In the transaction of the change, so that the person cannot go in between. */
static enum db_result find_person(struct db *db, const char *who) {
    int64_t id = rule_person(who);
    return id ? db_find_integer(db, &RULE_PERSON, &id, db_integer(id)) : DB_OK;
}

static enum outcome write(struct db *db, const struct rule *named, const struct db_query *query,
                          const struct db_value *values, size_t count) {
    enum db_result result = db_begin_write(db, 0);
    if (result != DB_OK)
        return outcome_of(result);
    enum outcome outcome = OUTCOME_OK;
    result = named ? find_person(db, named->who) : DB_OK;
    if (result == DB_END) {
        outcome = OUTCOME_INVALID;
        goto out;
    }
    if (result == DB_OK)
        result = db_run_values(db, query, values, count);
    if (result == DB_OK && db_changes(db) == 0) {
        outcome = OUTCOME_NOT_FOUND;
        goto out;
    }
    if (result == DB_OK)
        result = db_commit(db);
    outcome = result == DB_CONSTRAINT ? OUTCOME_EXISTS : outcome_of(result);
out:
    db_rollback(db);
    return outcome;
}

enum outcome rule_add(struct db *db, const struct rule *rule) {
    const struct db_value values[] = {db_text(rule->name), db_text(rule->pattern), db_text(rule->who),
                                      db_text(rule->how), db_integer(rule->is_enabled)};
    return write(db, rule, &RULE_INSERT, values, COUNT(values));
}

enum outcome rule_edit(struct db *db, const char *name, const struct rule *rule) {
    const struct db_value values[] = {db_text(name), db_text(rule->name), db_text(rule->pattern),
                                      db_text(rule->who), db_text(rule->how)};
    return write(db, rule, &RULE_UPDATE, values, COUNT(values));
}

enum outcome rule_enable(struct db *db, const char *name, bool is_enabled) {
    const struct db_value values[] = {db_text(name), db_integer(is_enabled)};
    return write(db, NULL, &RULE_ENABLE, values, COUNT(values));
}

enum outcome rule_delete(struct db *db, const char *name) {
    const struct db_value values[] = {db_text(name)};
    return write(db, NULL, &RULE_DELETE, values, COUNT(values));
}
