#include "domain/user.h"

#include "domain/user_row.h"

#include <ctype.h>
#include <string.h>

DB_QUERY(USER_FIND, "SELECT " USER_COLUMNS " FROM \"user\" WHERE id = $1");
DB_QUERY(USER_FIND_BY_EMAIL, "SELECT " USER_COLUMNS " FROM \"user\" WHERE email_key = $1");
DB_QUERY(USER_LIST, "SELECT " USER_COLUMNS " FROM \"user\" WHERE deleted_at IS NULL ORDER BY name, id");
DB_QUERY(USER_UPDATE, "UPDATE \"user\" "
                      "SET name = coalesce($2, name), language = coalesce($3, language), "
                      "mail_how = coalesce($4, mail_how), mail_level = coalesce($5, mail_level), "
                      "mail_own = coalesce($6, mail_own), mail_hour = coalesce($7, mail_hour), "
                      "time_zone = coalesce($8, time_zone) "
                      "WHERE id = $1 "
                      "RETURNING " USER_COLUMNS);
DB_QUERY(USER_RENEW_HASH, "UPDATE \"user\" SET password_hash = $3 WHERE id = $1 AND password_hash = $2");

const char *const MAIL_HOWS[] = {"instant", "coalesced", "daily", "off", NULL};
const char *const MAIL_LEVELS[] = {"involved", "assigned", "all", NULL};

const char *person_name(enum language language, const char *name) {
    return name && strcmp(name, USER_NAME_GONE) == 0 ? words(language, WORDS_PAGE_SOMEONE_GONE) : name;
}

bool user_email_is_valid(const char *email) {
    size_t size = strlen(email);
    const char *at = strchr(email, '@');
    if (size > USER_MOST_EMAIL || !at || at == email || !at[1] || strchr(at + 1, '@'))
        return false;
    /* Quoted local parts and comments (RFC 5322, 3.4.1) are left out on purpose: nobody has one, and each is
     * a way into a header. */
    for (const char *c = email; *c; c++)
        if (*c <= ' ' || *c >= 0x7F || strchr("\"(),:;<>[\\]", *c))
            return false;
    const char *domain = at + 1;
    return *domain != '.' && domain[strlen(domain) - 1] != '.' && !strstr(domain, "..") && email[0] != '.' &&
           at[-1] != '.';
}

const char *user_email_key(struct arena *arena, const char *email) {
    char *key = arena_copy(arena, email);
    for (char *c = key; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return key;
}

void user_read_row(struct db_rows *rows, struct arena *arena, struct user *user) {
    enum language language = LANGUAGE_EN;
    if (!language_from_code(db_get_text(rows, 4, arena), &language))
        language = LANGUAGE_EN;
    *user = (struct user){
        .id = db_get_integer(rows, 0),
        .email = db_get_text(rows, 1, arena),
        .name = db_get_text(rows, 2, arena),
        .is_admin = strcmp(db_get_text(rows, 3, arena), "admin") == 0,
        .language = language,
        .mail =
            {
                .how = db_get_text(rows, 5, arena),
                .level = db_get_text(rows, 6, arena),
                .own = db_get_integer(rows, 7) != 0,
                .hour = db_get_integer(rows, 8),
                .time_zone = db_get_text(rows, 9, arena),
            },
        .is_disabled = db_get_integer(rows, 10) != 0,
        .is_verified = db_get_integer(rows, 11) != 0,
        .email_pending = db_get_text(rows, 12, arena),
    };
}

enum outcome user_read_one(struct db_rows *rows, struct arena *arena, struct user *user) {
    enum db_result result = db_next(rows);
    enum outcome outcome = result == DB_END ? OUTCOME_NOT_FOUND : outcome_of(result);
    if (result == DB_ROW) {
        user_read_row(rows, arena, user);
        /* A statement that writes has written only when it has ended. */
        result = db_next(rows);
        outcome = outcome_of(result);
    }
    if (result == DB_CONSTRAINT)
        outcome = OUTCOME_EXISTS;
    db_finish(rows);
    return outcome;
}

enum outcome user_find(struct db *db, struct arena *arena, int64_t id, struct user *found) {
    struct db_rows *rows = NULL;
    enum outcome outcome = outcome_of(db_start(db, &USER_FIND, &rows, db_integer(id)));
    return outcome == OUTCOME_OK ? user_read_one(rows, arena, found) : outcome;
}

enum outcome user_find_by_email(struct db *db, struct arena *arena, const char *email, struct user *found) {
    struct db_rows *rows = NULL;
    enum outcome outcome =
        outcome_of(db_start(db, &USER_FIND_BY_EMAIL, &rows, db_text(user_email_key(arena, email))));
    return outcome == OUTCOME_OK ? user_read_one(rows, arena, found) : outcome;
}

enum outcome user_list(struct db *db, struct arena *arena, struct user **users, size_t *count) {
    struct db_rows *rows = NULL;
    enum db_result result = db_start_values(db, &USER_LIST, &rows, NULL, 0);
    if (result != DB_OK)
        return outcome_of(result);
    size_t used = 0;
    struct user *list = NULL;
    while ((result = db_next(rows)) == DB_ROW) {
        list = arena_grow(arena, list, used, sizeof(*list));
        user_read_row(rows, arena, &list[used++]);
    }
    db_finish(rows);
    if (result == DB_END) {
        *users = list;
        *count = used;
    }
    return outcome_of(result);
}

enum outcome user_update(struct db *db, struct arena *arena, int64_t id, const struct user_changes *changes,
                         struct user *updated) {
    enum db_result result = db_begin_write(db, id);
    if (result != DB_OK)
        return outcome_of(result);
    struct db_rows *rows = NULL;
    const char *language = changes->language ? language_code(*changes->language) : NULL;
    enum outcome outcome = outcome_of(db_start(
        db, &USER_UPDATE, &rows, db_integer(id), db_text(changes->name), db_text(language),
        db_text(changes->mail_how), db_text(changes->mail_level),
        changes->mail_own ? db_integer(*changes->mail_own) : db_null(),
        changes->mail_hour ? db_integer(*changes->mail_hour) : db_null(), db_text(changes->time_zone)));
    if (outcome == OUTCOME_OK)
        outcome = user_read_one(rows, arena, updated);
    if (outcome == OUTCOME_OK)
        outcome = outcome_of(db_commit(db));
    db_rollback(db);
    return outcome;
}

enum db_result user_renew_hash(struct db *db, int64_t id, const char *known, const char *renewed) {
    return db_run(db, &USER_RENEW_HASH, db_integer(id), db_text(known), db_text(renewed));
}
