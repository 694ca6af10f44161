#include "http/page_unsubscribe.h"

/* What the page says of one task, and of all mails. */
struct sentences {
    enum words_key title;
    enum words_key more;
};

static struct sentences find_sentences(bool is_of_task, bool is_stopped) {
    if (is_stopped)
        return (struct sentences){is_of_task ? WORDS_PAGE_UNSUBSCRIBE_TASK_STOPPED
                                             : WORDS_PAGE_UNSUBSCRIBE_ALL_STOPPED,
                                  WORDS_PAGE_UNSUBSCRIBE_STOPPED_MORE};
    return is_of_task ? (struct sentences){WORDS_PAGE_UNSUBSCRIBE_TASK, WORDS_PAGE_UNSUBSCRIBE_TASK_MORE}
                      : (struct sentences){WORDS_PAGE_UNSUBSCRIBE_ALL, WORDS_PAGE_UNSUBSCRIBE_ALL_MORE};
}

void page_unsubscribe(struct buffer *out, const char *token, const struct unsubscribe *unsubscribe,
                      const struct unsubscribe_state *state) {
    enum language language = state->language;
    const struct sentences sentences = find_sentences(unsubscribe->task_id != 0, state->is_stopped);
    const char *title = words_print(out->arena, language, sentences.title,
                                    {"id", arena_print(out->arena, "%lld", (long long)unsubscribe->task_id)});
    page_open(out, language, title, NULL);
    buffer_add(out, "<main class=\"question\">\n<h1>");
    buffer_add_html(out, title);
    buffer_add(out, "</h1>\n<p>");
    page_words(out, language, sentences.more);
    buffer_add(out, "</p>\n<form method=\"post\" action=\"/api/unsubscribe?token=");
    buffer_add_html(out, token);
    /* The button posts what a mail client would. */
    buffer_add(out, state->is_stopped
                        ? "\"><button name=\"resume\" value=\"1\">"
                        : "\"><button class=\"primary\" name=\"List-Unsubscribe\" value=\"One-Click\">");
    page_words(out, language,
               state->is_stopped ? WORDS_PAGE_UNSUBSCRIBE_RESUME : WORDS_PAGE_UNSUBSCRIBE_STOP);
    buffer_add(out, "</button></form>\n<p><a href=\"/\">");
    page_words(out, language, WORDS_PAGE_UNSUBSCRIBE_SIGN_IN);
    buffer_add(out, "</a></p>\n</main>\n");
    page_close(out);
}
