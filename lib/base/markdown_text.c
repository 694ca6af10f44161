/*
 * One look at each character, from the front: where one begins an address, a mail address or the number of a
 * task, a function says how far that goes. What has been looked at and is nothing is not looked at again.
 */
#include "base/markdown_text.h"

#include <string.h>
#include <strings.h>

enum { MOST_LOCAL_PART = 64, MOST_DIGITS = 18 };

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

static bool is_letter_or_digit(char character) {
    return is_digit(character) || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z');
}

/* What a name may begin with, in any script: beyond ASCII everything counts. */
static bool is_name(char character) {
    return is_letter_or_digit(character) || (unsigned char)character >= 0x80;
}

/* The size of "http://" or "https://" at the front; 0: neither. */
static size_t scheme_size(const char *text, size_t size) {
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        size_t length = strlen(schemes[i]);
        if (size > length && strncasecmp(text, schemes[i], length) == 0)
            return length;
    }
    return 0;
}

bool markdown_may_lead_to(const char *address, size_t size) {
    static const char mailto[] = "mailto:";
    if (size > strlen(mailto) && strncasecmp(address, mailto, strlen(mailto)) == 0)
        return true;
    size_t scheme = scheme_size(address, size);
    return scheme && (is_name(address[scheme]) || address[scheme] == '[');
}

void markdown_open_link(struct buffer *out, const char *before, const char *address, size_t size) {
    buffer_add(out, "<a href=\"");
    buffer_add(out, before);
    buffer_add_html_bytes(out, address, size);
    buffer_add(out, "\" rel=\"noopener nofollow noreferrer\">");
}

/* How much of an address belongs to the sentence around it: its full stop, or the bracket that closes it. */
static size_t without_sentence(const char *text, size_t size) {
    size_t opened = 0;
    size_t closed = 0;
    for (size_t i = 0; i < size; i++) {
        opened += text[i] == '(';
        closed += text[i] == ')';
    }
    for (; size; size--) {
        char last = text[size - 1];
        if (last == ')' ? closed-- <= opened : !strchr("?!.,:;*_~'\"", last))
            break;
    }
    return size;
}

/* The size of the address that begins here; 0: none does. */
static size_t address_size(const char *text, size_t size) {
    size_t scheme = scheme_size(text, size);
    if (!scheme || !is_name(text[scheme]))
        return 0;
    size_t end = scheme;
    while (end < size && !strchr(" \t\n<>\"", text[end]))
        end++;
    return scheme + without_sentence(text + scheme, end - scheme);
}

/* The size of what a mail address has before its "@": at most what RFC 5321 allows. */
static size_t local_part_size(const char *start, const char *at_sign) {
    const char *local = at_sign;
    while (local > start && at_sign - local < MOST_LOCAL_PART &&
           (is_letter_or_digit(local[-1]) || strchr("._%+-", local[-1])))
        local--;
    while (local < at_sign && !is_letter_or_digit(*local))
        local++;
    return (size_t)(at_sign - local);
}

/* The size of "example.org": names of letters, digits and hyphens with dots between, at least one. */
static size_t domain_size(const char *text, size_t size) {
    size_t end = 0;
    size_t dots = 0;
    while (end < size && is_letter_or_digit(text[end])) {
        while (end < size && (is_letter_or_digit(text[end]) || text[end] == '-'))
            end++;
        if (text[end - 1] == '-' || end + 1 >= size || text[end] != '.' || !is_letter_or_digit(text[end + 1]))
            break;
        dots++;
        end++;
    }
    return dots && is_letter_or_digit(text[end - 1]) ? end : 0;
}

/* The size of "#12"; 0: it is no number of a task. A Hangul particle may follow, a Latin letter may not. */
static size_t task_number_size(const char *text, size_t size) {
    size_t end = 1;
    while (end < size && is_digit(text[end]))
        end++;
    bool is_number = end > 1 && end - 1 <= MOST_DIGITS && text[1] != '0';
    bool goes_on = end < size && (is_letter_or_digit(text[end]) || text[end] == '_');
    return is_number && !goes_on ? end : 0;
}

void markdown_add_text(struct buffer *out, const char *text, size_t size, const char *task_path) {
    const char *end = text + size;
    const char *plain = text; /* not added yet */
    for (const char *at = text; at < end; at++) {
        bool in_word = at > text && (is_letter_or_digit(at[-1]) || at[-1] == '_');
        size_t length = 0; /* of the link */
        const char *start = at;
        const char *before = "";
        if ((*at == 'h' || *at == 'H') && !in_word) {
            length = address_size(at, (size_t)(end - at));
        } else if (*at == '@' && at > plain) {
            size_t local = local_part_size(plain, at);
            size_t domain = local ? domain_size(at + 1, (size_t)(end - at - 1)) : 0;
            start = at - local;
            length = domain ? local + 1 + domain : 0;
            before = "mailto:";
        } else if (*at == '#' && !in_word && (at == text || !strchr("#&/", at[-1]))) {
            length = task_number_size(at, (size_t)(end - at));
        }
        if (!length)
            continue;
        buffer_add_html_bytes(out, plain, (size_t)(start - plain));
        if (*at == '#') {
            buffer_add(out, "<a href=\"");
            buffer_add_html(out, task_path);
            buffer_add_bytes(out, at + 1, length - 1);
            buffer_add(out, "\">");
        } else {
            markdown_open_link(out, before, start, length);
        }
        buffer_add_html_bytes(out, start, length);
        buffer_add(out, "</a>");
        plain = start + length;
        at = plain - 1;
    }
    buffer_add_html_bytes(out, plain, (size_t)(end - plain));
}
