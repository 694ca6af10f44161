/* Layouts filled with any values: in HTML no value makes or ends a tag or an attribute, in text none begins a
 * line. */
#include "fuzz.h"

#include "base/template.h"
#include "base/utf8.h"

enum { WHO, ITEMS, ITEM, NOTE };
static const char *const names[] = {"who", "items", "item", "note", NULL};

/* A value, isolated; a sentence with two; a list; what there is if nothing is. */
static const struct template_step steps[] = {
    {.kind = TEMPLATE_VALUE, .number = WHO},
    {.kind = TEMPLATE_ISOLATED, .number = WHO},
    {.kind = TEMPLATE_SENTENCE, .number = WORDS_MAIL_CHANGED},
    {.kind = TEMPLATE_SECTION, .number = ITEMS, .end = 6},
    {.kind = TEMPLATE_VALUE, .number = ITEM},
    {.kind = TEMPLATE_ISOLATED, .number = NOTE},
    {.kind = TEMPLATE_INVERSE, .number = ITEMS, .end = 8},
    {.kind = TEMPLATE_TEXT, .text = "none"},
};

static bool skip(const char **at, const char *tag) {
    size_t size = strlen(tag);
    if (strncmp(*at, tag, size) != 0)
        return false;
    *at += size;
    return true;
}

static void check_html(const char *text) {
    int depth = 0;
    while (*text) {
        if (skip(&text, "<bdi>"))
            PROMISE(++depth == 1);
        else if (skip(&text, "</bdi>"))
            PROMISE(--depth == 0);
        else if (*text == '&')
            PROMISE(skip(&text, "&amp;") || skip(&text, "&lt;") || skip(&text, "&gt;") ||
                    skip(&text, "&quot;") || skip(&text, "&#39;"));
        else
            PROMISE(!strchr("<>\"'", *text++));
    }
    PROMISE(depth == 0);
}

/* Two values that are no UTF-8 may meet as a character that neither holds. */
static void check_text(const char *text, bool is_utf8) {
    PROMISE(!strpbrk(text, "\r\n"));
    PROMISE(!is_utf8 || (!strstr(text, "\u2028") && !strstr(text, "\u2029")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fuzz_input input = {bytes, bytes + size};
    char *texts[8];
    size_t count = 0;
    unsigned choice = fuzz_byte(&input);
    struct arena *arena = arena_new();
    struct template_record *root = template_record(arena);
    texts[count++] = fuzz_text(&input);
    template_set(root, WHO, texts[0]);
    while (input.at < input.end && count + 1 < COUNT(texts)) {
        struct template_record *item = template_add(root, ITEMS);
        texts[count] = fuzz_text(&input);
        template_set(item, ITEM, texts[count++]);
        texts[count] = fuzz_text(&input);
        template_set(item, NOTE, texts[count++]);
    }
    bool is_utf8 = true;
    for (size_t i = 0; i < count; i++)
        is_utf8 = is_utf8 && utf8_is_valid(texts[i], strlen(texts[i]));
    for (int is_html = 0; is_html < 2; is_html++) {
        const struct template layout = {
            .steps = steps, .step_count = COUNT(steps), .names = names, .is_html = is_html};
        struct buffer out = buffer_new(arena, 16);
        template_write(&out, &layout, choice & 1 ? LANGUAGE_KO : LANGUAGE_EN, root);
        if (is_html)
            check_html(out.data);
        else
            check_text(out.data, is_utf8);
    }
    arena_free(arena);
    while (count)
        free(texts[--count]);
    return 0;
}
