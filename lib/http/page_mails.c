#include "http/page_mails.h"

#include "base/clock.h"
#include "domain/change_words.h"

#include <string.h>

/* It goes as soon as the mailer comes to it: its hour is past, or it is on its way. */
static bool is_at_hand(const struct event_mail *mail, int64_t now) {
    return strcmp(mail->state, "leased") == 0 || (mail->due_at && mail->due_at <= now);
}

/* A time of day, with the day where it is not the event's. */
static const char *time_words(struct arena *arena, enum language language, int64_t at, int64_t event_at,
                              int64_t now) {
    char time[CLOCK_RFC3339_BYTES];
    char day[CLOCK_DAY_BYTES];
    char event_day[CLOCK_DAY_BYTES];
    clock_write_rfc3339(at, time);
    clock_write_day(at, day);
    clock_write_day(event_at, event_day);
    const char *hour = arena_print(arena, "%.5s", time + strlen("2026-11-23T"));
    if (strcmp(day, event_day) == 0)
        return arena_print(arena, "%s UTC", hour);
    return words_print(arena, language, WORDS_MAIL_WHEN_UTC, {"date", page_day(arena, language, day, now)},
                       {"time", hour});
}

/* Of one person, behind the envelope; NULL where she is not mailed. */
static const char *short_words(struct arena *arena, enum language language, const struct event_mail *mail,
                               int64_t event_at, int64_t now) {
    const char *name = person_name(language, mail->person.name);
    if (mail->skipped)
        return NULL;
    if (strcmp(mail->state, "sent") == 0)
        return name;
    if (is_at_hand(mail, now))
        return words_print(arena, language, WORDS_PAGE_MAILS_SOON, {"name", name});
    if (mail->due_at)
        return words_print(arena, language, WORDS_PAGE_MAILS_LATER, {"name", name},
                           {"time", time_words(arena, language, mail->due_at, event_at, now)});
    return words_print(arena, language, WORDS_PAGE_MAILS_LOST, {"name", name});
}

static enum words_key sentence_of(const struct event_mail *mail, int64_t now) {
    static const struct {
        const char *state;
        enum words_key key;
    } sentences[] = {
        {"skipped", WORDS_PAGE_MAILS_SKIPPED}, {"sent", WORDS_PAGE_MAILS_SENT},
        {"pending", WORDS_PAGE_MAILS_PENDING}, {"retry", WORDS_PAGE_MAILS_RETRY},
        {"failed", WORDS_PAGE_MAILS_FAILED},   {"dead", WORDS_PAGE_MAILS_DEAD},
    };
    if (is_at_hand(mail, now))
        return WORDS_PAGE_MAILS_LEASED;
    for (size_t i = 0; i < COUNT(sentences); i++)
        if (strcmp(mail->state, sentences[i].state) == 0)
            return sentences[i].key;
    return WORDS_PAGE_MAILS_SUPPRESSED;
}

static void add_line(struct buffer *out, enum language language, const struct event_mail *mail,
                     int64_t event_at, int64_t now) {
    int64_t at = mail->sent_at ? mail->sent_at : mail->due_at;
    const char *why = mail->skipped ? choice_words(language, "skipped", mail->skipped)
                                    : choice_words(language, "reason", mail->reason);
    buffer_add(out, "<li>");
    buffer_add_html(out,
                    words_print(out->arena, language, sentence_of(mail, now),
                                {"name", person_name(language, mail->person.name)},
                                {"time", time_words(out->arena, language, at, event_at, now)}, {"why", why}));
    buffer_add(out, "</li>");
}

/* That nobody is told of her own change is as usual, and said only where others are told or left out. */
static bool tells(const struct event *event) {
    for (size_t i = 0; i < event->mail_count; i++)
        if (!event->mails[i].skipped || strcmp(event->mails[i].skipped, "own") != 0)
            return true;
    return false;
}

static void add_names(struct buffer *out, enum language language, const struct event *event, int64_t now) {
    bool is_first = true;
    for (size_t i = 0; i < event->mail_count; i++) {
        const char *text = short_words(out->arena, language, &event->mails[i], event->at, now);
        if (!text)
            continue;
        buffer_add(out, is_first ? "" : ", ");
        buffer_add_html(out, text);
        is_first = false;
    }
    if (is_first)
        page_words(out, language, WORDS_PAGE_MAILS_NOBODY);
}

void page_mails(struct buffer *out, enum language language, const struct event *event, int64_t now) {
    if (!event->is_planned) {
        buffer_add(out, "<p class=\"mails\">");
        page_words(out, language, WORDS_PAGE_MAILS_UNPLANNED);
        buffer_add(out, "</p>");
    }
    if (!event->is_planned || !tells(event))
        return;
    buffer_add(out, "<details class=\"mails\"><summary><span class=\"unseen\">");
    page_words(out, language, WORDS_PAGE_MAILS);
    buffer_add(out, " </span>");
    add_names(out, language, event, now);
    buffer_add(out, "</summary><ul>");
    for (size_t i = 0; i < event->mail_count; i++)
        add_line(out, language, &event->mails[i], event->at, now);
    buffer_add(out, "</ul></details>");
}
