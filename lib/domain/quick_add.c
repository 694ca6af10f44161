/*
 * A line is read word by word. A word is text unless it begins with a sign and something that it could mean;
 * then it either means it, or is the fault of the line: a sign that is silently left in the title would be
 * found out too late.
 */
#include "domain/quick_add.h"

#include "base/letter_case.h"
#include "base/utf8.h"
#include "domain/change_words.h"
#include "domain/quick_day.h"

#include <string.h>

enum { MOST_CANDIDATES = 5 };

static const char signs[] = "@!^#";

struct reading {
    struct arena *arena;
    const struct quick_add_scene *scene;
    struct quick_add added;
    struct buffer title;
};

/* ---- words ---- */

/* The blank at the front, also the wide one of East Asian keyboards, as its size; 0: there is none. */
static size_t blank_size(const char *text) {
    static const char *const blanks[] = {" ", "\u00A0", "\u3000"};
    for (size_t i = 0; i < COUNT(blanks); i++)
        if (strncmp(text, blanks[i], strlen(blanks[i])) == 0)
            return strlen(blanks[i]);
    return 0;
}

/* The next word of the line; NULL at its end. */
static char *next_word(struct arena *arena, const char **line) {
    for (size_t blank = blank_size(*line); blank; blank = blank_size(*line))
        *line += blank;
    const char *start = *line;
    while (**line && !blank_size(*line))
        (*line)++;
    return *line == start ? NULL : arena_copy_bytes(arena, start, (size_t)(*line - start));
}

/* Small letters, without what people leave out of names when they type: "Ji-woo Kim" is "jiwookim". */
static const char *folded(struct arena *arena, const char *text, size_t size) {
    struct buffer out = buffer_new(arena, size);
    const char *end = text + size;
    for (int32_t character = 0; text < end && (character = utf8_next(&text, end)) >= 0;) {
        if (character < 0x80 && strchr(" -._'", character))
            continue;
        char bytes[4];
        buffer_add_bytes(&out, bytes, utf8_put(bytes, letter_small(character)));
    }
    return out.data;
}

static bool fail(struct reading *reading, enum quick_add_fault fault, const char *word) {
    reading->added.fault = fault;
    reading->added.word = word;
    return false;
}

/* Takes a field once. */
static bool take(struct reading *reading, unsigned field, const char *word) {
    if (reading->added.values.fields & field)
        return fail(reading, QUICK_ADD_TWICE, word);
    reading->added.values.fields |= field;
    return true;
}

static void add_text(struct reading *reading, const char *word) {
    if (reading->title.size)
        buffer_add_char(&reading->title, ' ');
    buffer_add(&reading->title, word);
}

/* ---- people ---- */

/* Is it how somebody is called: the whole name, or what the address has before its "@"? */
static bool is_called(struct arena *arena, const struct user *person, const char *called) {
    return strcmp(folded(arena, person->name, strlen(person->name)), called) == 0 ||
           strcmp(folded(arena, person->email, strcspn(person->email, "@")), called) == 0;
}

/* Does the name, or one of its words, begin so? */
static bool is_begun(struct arena *arena, const struct user *person, const char *begun) {
    for (const char *at = person->name; at; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(folded(arena, at, strlen(at)), begun, strlen(begun)) == 0)
            return true;
    }
    return false;
}

/* "@Ji-woo, @Ji-won" */
static const char *candidates(const struct reading *reading, const size_t *found, size_t count) {
    struct buffer out = buffer_new(reading->arena, 64);
    for (size_t i = 0; i < count && i < MOST_CANDIDATES; i++) {
        buffer_add(&out, i ? ", @" : "@");
        for (const char *at = reading->scene->people[found[i]].name; *at; at++)
            if (*at != ' ')
                buffer_add_char(&out, *at);
    }
    if (count > MOST_CANDIDATES)
        buffer_add(&out, ", …");
    return out.data;
}

/* Who can be put in charge and is meant, as places in the list; into `found`, which has room for everybody.
 */
static size_t find_people(struct reading *reading,
                          bool (*is_meant)(struct arena *, const struct user *, const char *),
                          const char *wanted, size_t *found) {
    size_t count = 0;
    for (size_t i = 0; i < reading->scene->people_count; i++) {
        const struct user *person = &reading->scene->people[i];
        if (!person->is_disabled && is_meant(reading->arena, person, wanted))
            found[count++] = i;
    }
    return count;
}

static bool read_person(struct reading *reading, const char *word) {
    struct arena *arena = reading->arena;
    const struct quick_add_scene *scene = reading->scene;
    const char *wanted = folded(arena, word + 1, strlen(word + 1));
    if (!take(reading, TASK_ASSIGNEE, word))
        return false;
    reading->added.values.assignee_id = scene->me;
    if (strcmp(wanted, "me") == 0 || strcmp(wanted, "나") == 0)
        return true;
    size_t *found = arena_take_array(arena, scene->people_count, sizeof(*found));
    size_t count = find_people(reading, is_called, wanted, found);
    if (!count)
        count = find_people(reading, is_begun, wanted, found);
    if (count > 1) {
        reading->added.candidates = candidates(reading, found, count);
        return fail(reading, QUICK_ADD_SEVERAL, word);
    }
    if (!count)
        return fail(reading, QUICK_ADD_NOBODY, word);
    reading->added.values.assignee_id = scene->people[found[0]].id;
    return true;
}

/* ---- the other signs ---- */

static bool read_priority(struct reading *reading, const char *word) {
    const char *wanted = folded(reading->arena, word + 1, strlen(word + 1));
    for (size_t i = 0; TASK_PRIORITIES[i]; i++) {
        bool is_wanted = strcmp(wanted, TASK_PRIORITIES[i]) == 0;
        for (enum language language = 0; language < LANGUAGE_COUNT && !is_wanted; language++)
            is_wanted = strcmp(wanted, choice_words(language, "priority", TASK_PRIORITIES[i])) == 0;
        if (is_wanted) {
            reading->added.values.priority = TASK_PRIORITIES[i];
            return take(reading, TASK_PRIORITY, word);
        }
    }
    return fail(reading, QUICK_ADD_PRIORITY, word);
}

static bool read_due(struct reading *reading, const char *word) {
    char *day = arena_take(reading->arena, CLOCK_DAY_BYTES);
    if (!quick_day_read(word + 1, reading->scene->today, day))
        return fail(reading, QUICK_ADD_DAY, word);
    reading->added.values.due_on = day;
    return take(reading, TASK_DUE, word);
}

static bool read_label(struct reading *reading, const char *word) {
    struct quick_add *added = &reading->added;
    const char *label = word + 1;
    if (strchr(label, ',') || utf8_count(label, strlen(label)) > TASK_MOST_LABEL)
        return fail(reading, QUICK_ADD_LABEL, word);
    if (added->label_count == TASK_MOST_LABELS)
        return fail(reading, QUICK_ADD_LABELS, word);
    added->labels = arena_grow(reading->arena, added->labels, added->label_count, sizeof(*added->labels));
    added->labels[added->label_count++] = label;
    return true;
}

/* ---- the line ---- */

/* Could the word, which begins with a sign, mean something? "#12" is a task, "!!!" and "^^" say how one
 * feels. */
static bool has_meaning(const char *word) {
    const char *rest = word + 1;
    if (!*rest || strspn(word, signs) == strlen(word))
        return false;
    if (*word == '#')
        return rest[strspn(rest, "0123456789")] != '\0';
    return *word != '@' || strspn(rest, "-._'") < strlen(rest);
}

static bool read_word(struct reading *reading, char *word) {
    bool is_sign = *word && strchr(signs, *word);
    bool is_escaped = *word == '\\' && word[1] && strchr(signs, word[1]);
    bool is_doubled = is_sign && word[1] == *word && strspn(word, signs) < strlen(word);
    if (is_escaped || is_doubled) {
        add_text(reading, word + 1);
        return true;
    }
    /* What ends a sentence or a part of it is not of the word. */
    size_t size = strlen(word);
    while (is_sign && size > 1 && strchr(",.;:?!", word[size - 1]))
        size--;
    char *meant = arena_copy_bytes(reading->arena, word, size);
    if (!is_sign || !has_meaning(meant)) {
        add_text(reading, word);
        return true;
    }
    switch (*meant) {
    case '@':
        return read_person(reading, meant);
    case '!':
        return read_priority(reading, meant);
    case '^':
        return read_due(reading, meant);
    default:
        return read_label(reading, meant);
    }
}

struct quick_add quick_add_read(struct arena *arena, const char *line, const struct quick_add_scene *scene) {
    struct reading reading = {.arena = arena, .scene = scene, .title = buffer_new(arena, strlen(line))};
    for (char *word = next_word(arena, &line); word; word = next_word(arena, &line))
        if (!read_word(&reading, word))
            return reading.added;
    reading.added.values.title = reading.title.data;
    reading.added.values.fields |= TASK_TITLE;
    if (!reading.title.size)
        (void)fail(&reading, QUICK_ADD_NO_TITLE, NULL);
    else if (utf8_count(reading.title.data, reading.title.size) > TASK_MOST_TITLE)
        (void)fail(&reading, QUICK_ADD_LONG_TITLE, NULL);
    return reading.added;
}
