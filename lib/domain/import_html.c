#include "domain/import_html.h"

#include "base/buffer.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a tag becomes where it opens and where it closes. */
static const struct {
    const char *tag;
    const char *opened;
    const char *closed;
} tags[] = {
    {"p", "", "\n\n"},      {"br", "\n", ""},       {"div", "", "\n"},
    {"h1", "# ", "\n\n"},   {"h2", "## ", "\n\n"},  {"h3", "### ", "\n\n"},
    {"h4", "### ", "\n\n"}, {"li", "- ", "\n"},     {"ul", "", "\n"},
    {"ol", "", "\n"},       {"strong", "**", "**"}, {"b", "**", "**"},
    {"em", "*", "*"},       {"i", "*", "*"},        {"s", "~~", "~~"},
    {"code", "`", "`"},     {"pre", "\n", "\n\n"},  {"blockquote", "> ", "\n"},
    {"tr", "", "\n"},       {"td", "", " "},        {"hr", "\n---\n", ""},
};

/* The address of a link that the tag from `at` to `end` opens. */
static struct span find_href(const char *at, const char *end) {
    static const char name[] = "href=\"";
    const char *from = memmem(at, (size_t)(end - at), name, sizeof(name) - 1);
    if (!from)
        return (struct span){0};
    from += sizeof(name) - 1;
    const char *to = memchr(from, '"', (size_t)(end - from));
    return (struct span){from, to ? (size_t)(to - from) : 0};
}

/* "&amp;" and its like, by name or number; false: it is none, and stands for itself. */
static bool add_entity(struct buffer *out, const char **at) {
    static const struct {
        const char *name;
        const char *text;
    } entities[] = {{"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
                    {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}};
    for (size_t i = 0; i < COUNT(entities); i++)
        if (strncmp(*at, entities[i].name, strlen(entities[i].name)) == 0) {
            buffer_add(out, entities[i].text);
            *at += strlen(entities[i].name);
            return true;
        }
    if (strncmp(*at, "&#", 2) != 0)
        return false;
    bool is_hex = (*at)[2] == 'x';
    char *end = NULL;
    long number = strtol(*at + 2 + is_hex, &end, is_hex ? 16 : 10);
    bool is_character = number >= ' ' && number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF);
    if (*end != ';' || !is_character)
        return false;
    char bytes[4];
    buffer_add_bytes(out, bytes, utf8_put(bytes, (int32_t)number));
    *at = end + 1;
    return true;
}

/* A tag, whose end is known. */
static void add_tag(struct buffer *out, const char *at, const char *end, struct span *link) {
    bool is_closing = at[1] == '/';
    const char *name = at + 1 + is_closing;
    size_t size = strcspn(name, " \t\n/>");
    if (size == 1 && (*name == 'a' || *name == 'A')) {
        if (!is_closing) {
            *link = find_href(at, end);
            if (link->size)
                buffer_add_char(out, '[');
        } else if (link->size) {
            buffer_print(out, "](%.*s)", (int)link->size, link->text);
            *link = (struct span){0};
        }
        return;
    }
    for (size_t i = 0; i < COUNT(tags); i++)
        if (strlen(tags[i].tag) == size && strncasecmp(tags[i].tag, name, size) == 0)
            buffer_add(out, is_closing ? tags[i].closed : tags[i].opened);
    if (size == 5 && strncasecmp(name, "input", size) == 0) /* a list to tick off */
        buffer_add(out, memmem(at, (size_t)(end - at), "checked", strlen("checked")) ? "[x] " : "[ ] ");
}

const char *import_html(struct arena *arena, const char *html) {
    struct buffer out = buffer_new(arena, strlen(html) + 1);
    struct span link = {0};
    const char *at = html;
    while (*at) {
        const char *end =
            *at == '<' && (at[1] == '/' || (at[1] >= 'A' && at[1] <= 'z')) ? strchr(at, '>') : NULL;
        if (end) {
            add_tag(&out, at, end, &link);
            at = end + 1;
        } else if (*at != '&' || !add_entity(&out, &at)) {
            buffer_add_char(&out, *at++);
        }
    }
    return out.data;
}
