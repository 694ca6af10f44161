/*
 * md4c says what stands where (md_parse), and what is written for it is decided here. Debian's md4c 0.4.8
 * needs care: it reads a byte beyond its input, so it gets a copy with a newline and a zero behind it; its
 * tables and its search for bare addresses were found at fault by fuzzing since, and are off (markdown_text.c
 * finds the addresses); definitions of links by reference, and very many brackets or containers, take time
 * that grows with the square of the input: is_slow keeps them away from it.
 */
#include "base/markdown.h"

#include "base/markdown_text.h"

#include <md4c.h>
#include <string.h>

/* Deeper quotes, lists, and spans are not told apart: browsers, too, have an end. */
enum { MOST_LEVELS = 16, MOST_SPANS = 16 };

/* ">>>" is three bytes and 78 of HTML: what grows like that is told as typed. */
enum { MOST_GROWTH = 8, SMALL_BYTES = 16 * 1024 };

/* Measured: brackets and tildes times lines and tildes cost md4c up to 0.4 ns each, containers times lines
 * 0.13. */
enum { MOST_MARKS_TIMES_LINES = 1 << 24, MOST_CONTAINERS_A_LINE = 64 };

/* What mean something to md4c and nothing to us, and what stands for them: no text of people's has controls.
 */
static const struct veil {
    char shown;
    char veiled;
} lone_tilde = {'~', '\1'}, reference_colon = {':', '\2'};

struct mark {
    MD_SPANTYPE type;
    const char *name; /* of its element; NULL: none is told */
};

struct rendering {
    struct buffer *out;
    const char *task_path;
    size_t most;       /* what `out` may hold */
    unsigned level;    /* open quotes and lists */
    bool is_verbatim;  /* in code */
    size_t link_at;    /* where the words of the open link begin in `out`; 0: none is open */
    size_t span_count; /* open ones; those above MOST_SPANS are not told */
    struct mark spans[MOST_SPANS];
};

static void add_tag(struct rendering *rendering, const char *before, const char *name) {
    buffer_add(rendering->out, before);
    buffer_add(rendering->out, name);
    buffer_add_char(rendering->out, '>');
}

/* For md4c, which stops where this is not 0. */
static int is_too_much(const struct rendering *rendering) {
    return rendering->out->size > rendering->most;
}

/* ---- spans ---- */

static bool is_link(MD_SPANTYPE type) {
    return type == MD_SPAN_A || type == MD_SPAN_IMG;
}

static const MD_ATTRIBUTE *address_of(MD_SPANTYPE type, const void *detail) {
    return type == MD_SPAN_A ? &((const MD_SPAN_A_DETAIL *)detail)->href
                             : &((const MD_SPAN_IMG_DETAIL *)detail)->src;
}

/* The element of a span; NULL: none is told. In a link there is none, and one that leads elsewhere than we
 * allow is its words. */
static const char *name_of_span(const struct rendering *rendering, MD_SPANTYPE type, const void *detail) {
    static const char *const names[] = {
        [MD_SPAN_EM] = "em", [MD_SPAN_STRONG] = "strong", [MD_SPAN_CODE] = "code", [MD_SPAN_DEL] = "del"};
    if (!is_link(type))
        return type < COUNT(names) ? names[type] : NULL;
    const MD_ATTRIBUTE *address = address_of(type, detail);
    return !rendering->link_at && markdown_may_lead_to(address->text, address->size) ? "a" : NULL;
}

static int open_span(MD_SPANTYPE type, void *detail, void *with) {
    struct rendering *rendering = with;
    if (rendering->span_count++ >= MOST_SPANS)
        return 0;
    struct mark *span = &rendering->spans[rendering->span_count - 1];
    *span = (struct mark){type, name_of_span(rendering, type, detail)};
    rendering->is_verbatim = type == MD_SPAN_CODE;
    if (span->name && is_link(type)) {
        const MD_ATTRIBUTE *address = address_of(type, detail);
        markdown_open_link(rendering->out, "", address->text, address->size);
        rendering->link_at = rendering->out->size;
    } else if (span->name) {
        add_tag(rendering, "<", span->name);
    }
    return is_too_much(rendering);
}

static void close_last_span(struct rendering *rendering) {
    const struct mark *span = &rendering->spans[--rendering->span_count];
    rendering->is_verbatim = false;
    if (!span->name)
        return;
    if (is_link(span->type))
        rendering->link_at = 0;
    add_tag(rendering, "</", span->name);
}

/* md4c has been seen to close what it had not opened, where brackets were odd. */
static int close_span(MD_SPANTYPE type, void *detail, void *with) {
    struct rendering *rendering = with;
    if (rendering->span_count > MOST_SPANS) {
        rendering->span_count--;
        return 0;
    }
    if (!rendering->span_count || rendering->spans[rendering->span_count - 1].type != type)
        return 0;
    /* A link without words is known by its address. */
    if (is_link(type) && rendering->link_at == rendering->out->size)
        buffer_add_html_bytes(rendering->out, address_of(type, detail)->text, address_of(type, detail)->size);
    close_last_span(rendering);
    return is_too_much(rendering);
}

static void close_spans(struct rendering *rendering) {
    if (rendering->span_count > MOST_SPANS)
        rendering->span_count = MOST_SPANS;
    while (rendering->span_count)
        close_last_span(rendering);
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *with) {
    struct rendering *rendering = with;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        buffer_add(rendering->out, "<br>\n");
    else if (type != MD_TEXT_NORMAL || rendering->link_at || rendering->is_verbatim)
        buffer_add_html_bytes(rendering->out, text, size);
    else
        markdown_add_text(rendering->out, text, size, rendering->task_path);
    return is_too_much(rendering);
}

/* ---- blocks ---- */

static bool is_container(MD_BLOCKTYPE type) {
    return type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL;
}

/* The element of a block; NULL: none is told. */
static const char *name_of_block(const struct rendering *rendering, MD_BLOCKTYPE type, const void *detail) {
    /* The page's own headings are above these. */
    static const char *const headings[] = {"h3", "h4", "h5", "h6"};
    static const char *const names[] = {
        [MD_BLOCK_QUOTE] = "blockquote",
        [MD_BLOCK_UL] = "ul",
        [MD_BLOCK_OL] = "ol",
        [MD_BLOCK_LI] = "li",
        [MD_BLOCK_HR] = "hr",
        [MD_BLOCK_P] = "p",
        [MD_BLOCK_CODE] = "pre",
    };
    if (type == MD_BLOCK_H) {
        unsigned level = ((const MD_BLOCK_H_DETAIL *)detail)->level;
        return headings[level < COUNT(headings) ? level - 1 : COUNT(headings) - 1];
    }
    if (rendering->level > MOST_LEVELS && (is_container(type) || type == MD_BLOCK_LI))
        return NULL;
    return type < COUNT(names) ? names[type] : NULL;
}

static void open_item(struct rendering *rendering, const char *name, const MD_BLOCK_LI_DETAIL *item) {
    if (name)
        buffer_add(rendering->out, "<li>");
    else
        buffer_add(rendering->out, "<br>\n");
    if (item->is_task)
        buffer_add(rendering->out, item->task_mark == ' ' ? "☐ " : "☑ ");
}

static int open_block(MD_BLOCKTYPE type, void *detail, void *with) {
    struct rendering *rendering = with;
    /* md4c has left one open behind odd brackets, also in an item that goes on with a block of its own. */
    close_spans(rendering);
    rendering->level += is_container(type);
    rendering->is_verbatim = type == MD_BLOCK_CODE;
    const char *name = name_of_block(rendering, type, detail);
    if (type == MD_BLOCK_LI)
        open_item(rendering, name, detail);
    else if (name && type == MD_BLOCK_OL && ((MD_BLOCK_OL_DETAIL *)detail)->start != 1)
        buffer_print(rendering->out, "<ol start=\"%u\">", ((MD_BLOCK_OL_DETAIL *)detail)->start);
    else if (name)
        add_tag(rendering, "<", name);
    if (type == MD_BLOCK_CODE)
        buffer_add(rendering->out, "<code>");
    return is_too_much(rendering);
}

static int close_block(MD_BLOCKTYPE type, void *detail, void *with) {
    struct rendering *rendering = with;
    close_spans(rendering);
    const char *name = name_of_block(rendering, type, detail);
    rendering->level -= is_container(type);
    rendering->is_verbatim = false;
    if (type == MD_BLOCK_CODE)
        buffer_add(rendering->out, "</code>");
    if (name && type != MD_BLOCK_HR)
        add_tag(rendering, "</", name);
    if (name)
        buffer_add_char(rendering->out, '\n');
    return is_too_much(rendering);
}

/* ---- before and after ---- */

/* How many quotes and lists a line may begin: its marks, of which a number's digits and dot are two or more.
 */
static size_t containers_of(const char *line) {
    size_t count = 0;
    for (const char *at = line + strspn(line, " \t"); *at; at += 1 + strspn(at + 1, " \t")) {
        bool is_mark = *at == '>' || (strchr("-+*.)", *at) && strchr(" \t", at[1]));
        if (!is_mark && !strchr("0123456789", *at))
            break;
        count += is_mark;
    }
    return count;
}

static bool is_slow(const char *text) {
    size_t brackets = 0;
    size_t tildes = 0;
    size_t lines = 1;
    for (const char *at = strpbrk(text, "[]~\n"); at; at = strpbrk(at + 1, "[]~\n")) {
        brackets += *at == '[' || *at == ']';
        tildes += *at == '~';
        lines += *at == '\n';
    }
    if ((brackets + tildes) * (lines + tildes) > MOST_MARKS_TIMES_LINES)
        return true;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (containers_of(line) > MOST_CONTAINERS_A_LINE)
            return true;
    }
    return false;
}

/*
 * A copy that md4c reads as we want it: without definitions of references, and with a lone tilde as the mere
 * "from to" that it is in "3~5" (Koreans write it often).
 */
static char *veiled(struct arena *arena, const char *text, size_t size) {
    char *copy = arena_take(arena, size + 2);
    memcpy(copy, text, size);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '~' && text[i + 1] != '~' && (i == 0 || text[i - 1] != '~'))
            copy[i] = lone_tilde.veiled;
        else if (text[i] == ':' && i > 0 && text[i - 1] == ']')
            copy[i] = reference_colon.veiled;
    }
    copy[size] = '\n';
    return copy;
}

static void unveil(char *text) {
    const char veils[] = {lone_tilde.veiled, reference_colon.veiled, '\0'};
    for (char *at = strpbrk(text, veils); at; at = strpbrk(at + 1, veils)) {
        if (*at == lone_tilde.veiled)
            *at = lone_tilde.shown;
        else
            *at = reference_colon.shown;
    }
}

void markdown_html(struct buffer *out, const char *text, const char *task_path) {
    static const MD_PARSER parser = {
        .flags = MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
        .enter_block = open_block,
        .leave_block = close_block,
        .enter_span = open_span,
        .leave_span = close_span,
        .text = add_text,
    };
    size_t size = strlen(text);
    size_t start = out->size;
    struct rendering rendering = {
        .out = out, .task_path = task_path, .most = start + SMALL_BYTES + MOST_GROWTH * size};
    bool is_read = size <= MARKDOWN_MOST_BYTES && !is_slow(text) &&
                   md_parse(veiled(out->arena, text, size), (MD_SIZE)size + 1, &parser, &rendering) == 0;
    unveil(out->data + start);
    if (is_read)
        return;
    /* md4c was not asked, or stopped: it had no memory, or this was too much. */
    out->size = start;
    out->data[start] = '\0';
    markdown_plain(out, text);
}

void markdown_plain(struct buffer *out, const char *text) {
    if (!*text)
        return;
    buffer_add(out, "<p>");
    for (size_t size = strcspn(text, "\n"); text[size]; size = strcspn(text, "\n")) {
        buffer_add_html_bytes(out, text, size);
        buffer_add(out, "<br>\n");
        text += size + 1;
    }
    buffer_add_html(out, text);
    buffer_add(out, "</p>\n");
}
