/*
 * Whom people of another program are here: as --person says, else by address, else by name where only one of
 * ours has it: her name, or what stands before the "@" of her address.
 */
#include "domain/import.h"

#include <string.h>
#include <strings.h>

const char *import_person_name(const struct import_person *person) {
    if (person->name && *person->name)
        return person->name;
    if (person->username && *person->username)
        return person->username;
    return person->email && *person->email ? person->email : NULL;
}

static const struct user *find_by_email(const struct import_people *people, const char *email) {
    for (size_t i = 0; email && i < people->user_count; i++)
        if (strcasecmp(people->users[i].email, email) == 0)
            return &people->users[i];
    return NULL;
}

enum outcome import_people_read(struct db *db, struct import *import, struct import_people *people) {
    *people = (struct import_people){.arena = import->arena, .asked = &import->people};
    enum outcome outcome = user_list(db, import->arena, &people->users, &people->user_count);
    for (size_t i = 0; outcome == OUTCOME_OK && i < import->people.count; i++)
        if (!find_by_email(people, import->people.pairs[i].to))
            import_fault(import, NULL, "--person: nobody here has the address %s; see `pumasi user list`",
                         import->people.pairs[i].to);
    return outcome;
}

static bool is_same(const char *one, const char *other) {
    return one && other ? strcasecmp(one, other) == 0 : one == other;
}

static bool is_called(const struct user *user, const char *name) {
    size_t size = strcspn(user->email, "@");
    return strcasecmp(user->name, name) == 0 ||
           (strlen(name) == size && strncasecmp(user->email, name, size) == 0);
}

/* NULL: nobody is called so, or several are. */
static const struct user *find_by_name(const struct import_people *people, const char *name) {
    const struct user *found = NULL;
    for (size_t i = 0; name && *name && i < people->user_count; i++) {
        if (!is_called(&people->users[i], name))
            continue;
        if (found)
            return NULL;
        found = &people->users[i];
    }
    return found;
}

static void match(const struct import_people *people, struct import_match *match) {
    const struct import_person *person = &match->person;
    for (size_t i = 0; i < people->asked->count; i++) {
        const struct import_pair *pair = &people->asked->pairs[i];
        bool is_meant = is_same(pair->from, person->username) || is_same(pair->from, person->name) ||
                        is_same(pair->from, person->email);
        if (!is_meant)
            continue;
        match->user = find_by_email(people, pair->to);
        match->how = "--person";
        return;
    }
    match->user = find_by_email(people, person->email);
    match->how = match->user ? "address" : NULL;
    if (!match->user)
        match->user = find_by_name(people, person->name);
    if (!match->user)
        match->user = find_by_name(people, person->username);
    if (match->user && !match->how)
        match->how = "name";
}

const struct user *import_people_find(struct import_people *people, const struct import_person *person) {
    if (!import_person_name(person))
        return NULL;
    for (size_t i = 0; i < people->count; i++) {
        const struct import_person *known = &people->matches[i].person;
        if (is_same(known->email, person->email) && is_same(known->name, person->name) &&
            is_same(known->username, person->username))
            return people->matches[i].user;
    }
    people->matches = arena_grow(people->arena, people->matches, people->count, sizeof(*people->matches));
    struct import_match *added = &people->matches[people->count++];
    *added = (struct import_match){.person = *person};
    match(people, added);
    return added->user;
}
