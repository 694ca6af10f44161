/*
 * Notes of any text that may be stored: what comes out is UTF-8, of the elements and attributes we allow
 * alone, each closed in its turn; links lead to http, https, mailto and tasks; and it is never much longer.
 */
#include "fuzz.h"

#include "base/markdown.h"
#include "base/utf8.h"

#include <strings.h>

static const char *const names[] = {"p",  "h3",         "h4",  "h5",   "h6",  "ul",     "ol", "li",
                                    "em", "blockquote", "pre", "code", "del", "strong", "a"};
enum { MOST_OPEN = 64 };

static bool skip(const char **at, const char *piece) {
    size_t size = strlen(piece);
    if (strncmp(*at, piece, size) != 0)
        return false;
    *at += size;
    return true;
}

/* Text that ends nowhere but at the end, or where a tag or an attribute does. */
static void skip_text(const char **at) {
    while (**at && **at != '<' && **at != '"') {
        if (**at == '&')
            PROMISE(skip(at, "&amp;") || skip(at, "&lt;") || skip(at, "&gt;") || skip(at, "&quot;") ||
                    skip(at, "&#39;"));
        else
            PROMISE(**at != '>' && *(*at)++ != '\'');
    }
}

static bool begins(const char *text, const char *scheme) {
    return strncasecmp(text, scheme, strlen(scheme)) == 0;
}

/* What comes behind the name of an element that is opened. */
static void skip_attributes(const char **at, const char *name) {
    if (strcmp(name, "a") == 0) {
        PROMISE(skip(at, " href=\""));
        const char *address = *at;
        skip_text(at);
        bool is_task = begins(address, "/t/");
        PROMISE(is_task || begins(address, "http://") || begins(address, "https://") ||
                begins(address, "mailto:"));
        PROMISE(skip(at, is_task ? "\"" : "\" rel=\"noopener nofollow noreferrer\""));
        for (const char *digit = address + 3; is_task && *digit != '"'; digit++)
            PROMISE(*digit >= '0' && *digit <= '9');
    } else if (strcmp(name, "ol") == 0 && skip(at, " start=\"")) {
        PROMISE(**at >= '0' && **at <= '9');
        *at += strspn(*at, "0123456789");
        PROMISE(skip(at, "\""));
    }
    PROMISE(skip(at, ">"));
}

static size_t number_of(const char **at) {
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t size = strlen(names[i]);
        if (strncmp(*at, names[i], size) == 0 && strchr(" >", (*at)[size])) {
            *at += size;
            return i;
        }
    }
    abort();
}

static void check(const char *at) {
    size_t open[MOST_OPEN];
    size_t depth = 0;
    while (*at) {
        if (skip(&at, "<br>") || skip(&at, "<hr>"))
            continue;
        if (skip(&at, "</")) {
            PROMISE(depth && open[--depth] == number_of(&at));
            PROMISE(skip(&at, ">"));
        } else if (skip(&at, "<")) {
            PROMISE(depth < MOST_OPEN);
            open[depth] = number_of(&at);
            skip_attributes(&at, names[open[depth++]]);
            for (size_t i = 0; i + 1 < depth; i++) /* there is no link in a link */
                PROMISE(strcmp(names[open[i]], "a") != 0 || strcmp(names[open[depth - 1]], "a") != 0);
        } else {
            PROMISE(*at != '"');
            skip_text(&at);
        }
    }
    PROMISE(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    char *text = fuzz_text(&input);
    if (utf8_is_valid(text, strlen(text)) && !utf8_has_control(text, strlen(text))) {
        struct arena *arena = arena_new();
        struct buffer out = buffer_new(arena, 16);
        markdown_html(&out, text, "/t/");
        PROMISE(strlen(out.data) == out.size && out.size <= 16 * 1024 + 8 * strlen(text));
        PROMISE(utf8_is_valid(out.data, out.size) && !utf8_has_control(out.data, out.size));
        check(out.data);
        struct buffer plain = buffer_new(arena, 16);
        markdown_plain(&plain, text);
        check(plain.data);
        arena_free(arena);
    }
    free(text);
    return 0;
}
