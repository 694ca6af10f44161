/*
 * Cuts a query the way db/sqlite/0004-search.sql cuts texts: characters of scripts that join words become
 * overlapping pairs. Of "전단지" the index holds 전단 단지 지; the query leaves the lone last one out, since
 * the word may go on there: "전단 단지". A single character is looked for as the beginning of a pair. A word
 * of another script is looked for by its beginning: flye -> "flye"*.
 */
#include "data/db_search.h"

#include "base/buffer.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

const char SEARCH_CONDITION[] = "task.id IN (SELECT rowid FROM task_search WHERE task_search MATCH $%d)";

/* Adds a character as it may stand inside an FTS5 string. */
static void add_character(struct buffer *out, const char *text, size_t size) {
    if (size == 1 && *text == '"')
        buffer_add_char(out, ' ');
    else
        buffer_add_bytes(out, text, size);
}

/* One word, without spaces, as a phrase. */
static void add_phrase(struct buffer *out, const char *word, const char *end) {
    bool is_prefix = true;
    buffer_add(out, "\"");
    bool joined = false; /* the character before is of a script that joins words */
    while (word < end) {
        const char *first = word;
        int32_t character = utf8_next(&word, end);
        assert(character >= 0);
        const char *after = word;
        bool pairs = false;
        if (utf8_is_cjk(character) && word < end) {
            const char *peek = word;
            pairs = utf8_is_cjk(utf8_next(&peek, end));
            after = pairs ? peek : word;
        }
        bool is_last = word == end;
        if (!utf8_is_cjk(character)) {
            add_character(out, first, (size_t)(word - first));
            is_prefix = true;
            joined = false;
        } else if (pairs || !is_last || !joined) {
            buffer_add_char(out, ' ');
            buffer_add_bytes(out, first, (size_t)(after - first));
            buffer_add_char(out, ' ');
            is_prefix = !pairs; /* a lone character: the beginning of a pair */
            joined = pairs;
        }
    }
    buffer_add(out, is_prefix ? "\"* " : "\" ");
}

static bool has_word_character(const char *word, const char *end) {
    for (; word < end; word++)
        if ((unsigned char)*word >= 0x80 ||
            strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *word))
            return true;
    return false;
}

const char *search_expression(struct arena *arena, const char *typed) {
    struct buffer out = buffer_new(arena, strlen(typed) * 4 + 16);
    static const char spaces[] = " \t\n";
    while (*(typed += strspn(typed, spaces))) {
        const char *end = typed + strcspn(typed, spaces);
        if (has_word_character(typed, end))
            add_phrase(&out, typed, end);
        typed = end;
    }
    return out.size ? out.data : NULL;
}
