/* Sentences of events; lib/domain/event.c reads them, www/script/history.js tells the same in the browser. */
#include "http/page_history.h"

#include "base/clock.h"
#include "base/markdown.h"
#include "domain/change_words.h"
#include "domain/day_words.h"
#include "http/page_mails.h"

#include <string.h>

/* A page tells all of a history: of so much text the marks are read, the latest first; the rest is as typed.
 */
enum { MOST_RENDERED_BYTES = 256 * 1024 };

/* Keys of a change that can set, alter, or clear: of an assignee, a day, labels. */
struct keys {
    enum words_key set;
    enum words_key altered;
    enum words_key cleared;
};

static void add_sentence(struct buffer *out, enum language language, enum words_key key, const char *who,
                         const char *from, const char *to) {
    buffer_add_html(out, words_print(out->arena, language, key, {"who", who}, {"from", from}, {"to", to}));
}

static void add_three_ways(struct buffer *out, enum language language, const struct keys *keys,
                           const char *who, const char *from, const char *to) {
    enum words_key key = !from ? keys->set : to ? keys->altered : keys->cleared;
    add_sentence(out, language, key, who, from ? from : "", to ? to : "");
}

/* Of a field that always has a value, before and after. */
static enum words_key sentence_of(const char *field) {
    if (strcmp(field, "progress") == 0)
        return WORDS_PAGE_LOG_PROGRESS;
    if (strcmp(field, "priority") == 0)
        return WORDS_PAGE_LOG_PRIORITY;
    return strcmp(field, "description") == 0 ? WORDS_PAGE_LOG_DESCRIPTION : WORDS_PAGE_LOG_TITLE;
}

/* A name of several words stays on one line. */
static const char *unbroken(struct arena *arena, const char *name) {
    struct buffer out = buffer_new(arena, 32);
    for (; *name; name++)
        if (*name == ' ')
            buffer_add(&out, "\u00a0");
        else
            buffer_add_char(&out, *name);
    return out.data;
}

static void add_change(struct buffer *out, enum language language, const char *who,
                       const struct event_change *change, int64_t now) {
    static const struct keys people = {WORDS_PAGE_LOG_ASSIGNED, WORDS_PAGE_LOG_HANDED,
                                       WORDS_PAGE_LOG_RELEASED};
    static const struct keys days = {WORDS_PAGE_LOG_DUE_SET, WORDS_PAGE_LOG_DUE_MOVED,
                                     WORDS_PAGE_LOG_DUE_CLEARED};
    static const struct keys labels = {WORDS_PAGE_LOG_LABELS_SET, WORDS_PAGE_LOG_LABELS,
                                       WORDS_PAGE_LOG_LABELS_CLEARED};
    const char *field = change->field;
    const char *from = change_from(out->arena, language, change);
    const char *to = change_to(out->arena, language, change);
    if (strcmp(field, "assignee") == 0)
        add_three_ways(out, language, &people, who, from, to);
    else if (strcmp(field, "due_on") == 0)
        add_three_ways(out, language, &days, who, from ? page_day(out->arena, language, from, now) : NULL,
                       to ? page_day(out->arena, language, to, now) : NULL);
    else if (strcmp(field, "status") == 0)
        add_sentence(out, language, WORDS_PAGE_LOG_STATUS, who, unbroken(out->arena, from ? from : ""),
                     unbroken(out->arena, to ? to : ""));
    else if (strcmp(field, "labels") == 0)
        add_three_ways(out, language, &labels, who, from, to);
    else
        add_sentence(out, language, sentence_of(field), who, from ? from : "", to ? to : "");
}

/* Of a comment it is the address, too: who copies it points others at what was said. */
static void add_time(struct buffer *out, int64_t at, int64_t comment_id) {
    char time[CLOCK_RFC3339_BYTES];
    clock_write_rfc3339(at, time);
    if (comment_id)
        buffer_print(out, "<a href=\"#comment-%lld\">", (long long)comment_id);
    buffer_print(out, "<time datetime=\"%s\">%.5s UTC</time>", time, time + strlen("2026-11-23T"));
    if (comment_id)
        buffer_add(out, "</a>");
}

static void add_comment(struct buffer *out, const char *comment, size_t *rendered) {
    *rendered += strlen(comment);
    buffer_add(out, "<blockquote class=\"rendered\">\n");
    if (*rendered <= MOST_RENDERED_BYTES)
        markdown_html(out, comment, "/api/tasks/");
    else
        markdown_plain(out, comment);
    buffer_add(out, "</blockquote>");
}

/* One line a change; the first one bears the time, the last one who was mailed. */
static void add_event(struct buffer *out, enum language language, const struct event *event, int64_t now,
                      size_t *rendered) {
    static const struct {
        const char *type;
        enum words_key key;
    } whole[] = {
        {"task.created", WORDS_PAGE_LOG_CREATED},
        {"task.deleted", WORDS_PAGE_LOG_DELETED},
        {"task.restored", WORDS_PAGE_LOG_RESTORED},
        {"task.commented", WORDS_PAGE_LOG_COMMENTED},
    };
    const char *who = event->actor.id && event->actor.name ? person_name(language, event->actor.name)
                                                           : words(language, WORDS_PAGE_SOMEONE);
    for (size_t i = 0; i < COUNT(whole); i++) {
        if (strcmp(event->type, whole[i].type) != 0)
            continue;
        if (event->comment_id)
            buffer_print(out, "<li id=\"comment-%lld\"><span>", (long long)event->comment_id);
        else
            buffer_add(out, "<li><span>");
        add_sentence(out, language, whole[i].key, who, "", "");
        buffer_add(out, "</span>");
        add_time(out, event->at, event->comment_id);
        if (event->comment)
            add_comment(out, event->comment, rendered);
        page_mails(out, language, event, now);
        buffer_add(out, "</li>\n");
        return;
    }
    for (size_t i = 0; i < event->change_count; i++) {
        buffer_add(out, "<li><span>");
        add_change(out, language, who, &event->changes[i], now);
        buffer_add(out, "</span>");
        if (i == 0)
            add_time(out, event->at, 0);
        if (i == event->change_count - 1)
            page_mails(out, language, event, now);
        buffer_add(out, "</li>\n");
    }
}

static const char *day_in_words(struct arena *arena, enum language language, const char *day, int64_t now) {
    enum { DAY_S = 24 * 3600 };
    char today[CLOCK_DAY_BYTES];
    char yesterday[CLOCK_DAY_BYTES];
    clock_write_day(now, today);
    clock_write_day(now - DAY_S, yesterday);
    if (strcmp(day, today) == 0)
        return words(language, WORDS_PAGE_DUE_TODAY);
    return strcmp(day, yesterday) == 0 ? words(language, WORDS_PAGE_DUE_YESTERDAY)
                                       : page_day(arena, language, day, now);
}

/* On paper, which is read on another day, the title stands in place of the words (print.css). */
static void add_day(struct buffer *out, enum language language, const char *day, int64_t now) {
    buffer_print(out, "<h3><time datetime=\"%s\" title=\"", day);
    buffer_add_html(out, day_words_whole(out->arena, language, day));
    buffer_add(out, "\">");
    buffer_add_html(out, day_in_words(out->arena, language, day, now));
    buffer_add(out, "</time></h3>\n<ul>\n");
}

void page_history(struct buffer *out, enum language language, const struct event *events, size_t count,
                  int64_t now) {
    char open_day[CLOCK_DAY_BYTES] = "";
    size_t rendered = 0;
    buffer_add(out, "<section class=\"history\">\n<h2>");
    page_words(out, language, WORDS_PAGE_HISTORY);
    buffer_add(out, "</h2>\n<div class=\"days\">\n");
    for (size_t left = count; left > 0; left--) { /* the latest first */
        char day[CLOCK_DAY_BYTES];
        clock_write_day(events[left - 1].at, day);
        if (strcmp(day, open_day) != 0) {
            buffer_add(out, *open_day ? "</ul>\n" : "");
            add_day(out, language, day, now);
            memcpy(open_day, day, sizeof(open_day));
        }
        add_event(out, language, &events[left - 1], now, &rendered);
    }
    buffer_add(out, *open_day ? "</ul>\n</div>\n</section>\n" : "</div>\n</section>\n");
}
