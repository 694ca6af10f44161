/*
 * A record of the templates' names (lib/mail/templates/names) is filled with the news, in the order in which
 * both forms tell them, and written twice, as plain text and as HTML.
 */
#include "mail/notice.h"

#include "base/clock.h"
#include "base/diff.h"
#include "base/template.h"
#include "domain/change_words.h"
#include "domain/day_words.h"
#include "notice_names.h"

#include <string.h>

/* Generated from lib/mail/templates. */
extern const struct template NOTICE_TASK_HTML;
extern const struct template NOTICE_TASK_TXT;
extern const struct template NOTICE_DAILY_HTML;
extern const struct template NOTICE_DAILY_TXT;

/* A description or comment is quoted up to a few pages. Of a mail that has many of them only the beginnings
 * are, from where it comes near to what readers cut off (Gmail: HTML of 102 KB). */
enum {
    MOST_QUOTED_BYTES = 8000,
    MOST_QUOTED_BYTES_IN_ALL = 32000,
    LEAST_QUOTED_BYTES = 200,
    MOST_TASKS = 100
};

struct telling {
    struct arena *arena;
    enum language language;
    const struct notice *notice;
    const char *zone;
    const char *today; /* where the reader is */
    size_t quoted;     /* bytes so far */
};

/* ---- words ---- */

static const char *number(const struct telling *telling, int64_t value) {
    return arena_print(telling->arena, "%lld", (long long)value);
}

static const char *day(const struct telling *telling, const char *date) {
    return day_words(telling->arena, telling->language, date, telling->today);
}

/* A clock in UTC says so: it is what somebody has who never chose a zone. */
static const char *when(const struct telling *telling, int64_t at) {
    struct clock_local local = clock_local(telling->zone, at);
    const char *time = arena_print(telling->arena, "%02d:%02d", local.hour, local.minute);
    bool is_utc = strcmp(telling->zone, "UTC") == 0;
    return words_print(telling->arena, telling->language, is_utc ? WORDS_MAIL_WHEN_UTC : WORDS_MAIL_WHEN,
                       {"date", day(telling, local.day)}, {"time", time});
}

static const char *task_link(const struct telling *telling, const struct task *task) {
    return arena_print(telling->arena, "%s/tasks.html?task=%lld", telling->notice->base_url,
                       (long long)task->id);
}

/* Where nothing but comments is told, the link leads to the first of them. */
static const char *news_link(const struct telling *telling, const struct task_news *news) {
    const char *link = task_link(telling, &news->task);
    bool is_more =
        news->is_due || news->is_created || news->is_deleted || news->is_restored || news->change_count > 0;
    if (is_more || !news->comment_count)
        return link;
    return arena_print(telling->arena, "%s#comment-%lld", link, (long long)news->comments[0].comment_id);
}

/* ---- parts ---- */

static void name_task(const struct telling *telling, struct template_record *at, const struct task *task,
                      const char *link) {
    template_set(at, NOTICE_NUMBER, number(telling, task->id));
    template_set(at, NOTICE_TITLE, task->title);
    template_set(at, NOTICE_LINK, link);
}

/* Somebody did it, at that time. */
static struct template_record *add_deed(const struct telling *telling, struct template_record *at,
                                        enum notice_name what, const struct person *who, int64_t time) {
    struct template_record *deed = template_add(at, what);
    template_set(deed, NOTICE_WHO,
                 who->name ? person_name(telling->language, who->name)
                           : words(telling->language, WORDS_PAGE_SOMEONE));
    template_set(deed, NOTICE_WHEN, when(telling, time));
    return deed;
}

static void add_deeds(const struct telling *telling, struct template_record *at,
                      const struct task_news *news) {
    bool is_mine = news->task.assignee.id == telling->notice->delivery->recipient.id;
    if (news->is_created)
        (void)add_deed(telling, at, is_mine ? NOTICE_CREATED_FOR_YOU : NOTICE_CREATED, &news->task.creator,
                       news->task.created_at);
    if (news->is_deleted)
        (void)add_deed(telling, at, NOTICE_DELETED, &news->actor, news->at);
    else if (news->is_restored)
        (void)add_deed(telling, at, NOTICE_RESTORED, &news->actor, news->at);
    if (news->change_count && !news->is_created)
        (void)add_deed(telling, at, news->has_several_actors ? NOTICE_CHANGED_BY_SEVERAL : NOTICE_CHANGED,
                       &news->actor, news->at);
}

/* Long texts are cut at a character's end; the rest is behind the link. */
static const char *shortened(struct telling *telling, const char *text) {
    size_t size = strlen(text);
    size_t most = telling->quoted < MOST_QUOTED_BYTES_IN_ALL ? MOST_QUOTED_BYTES : LEAST_QUOTED_BYTES;
    telling->quoted += size < most ? size : most;
    if (size <= most)
        return text;
    while (most && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return arena_print(telling->arena, "%.*s …", (int)most, text);
}

static void add_quote(struct telling *telling, struct template_record *at, const char *text) {
    text = shortened(telling, text);
    while (*text) {
        size_t size = strcspn(text, "\r\n");
        template_set(template_add(at, NOTICE_LINES), NOTICE_LINE,
                     arena_copy_bytes(telling->arena, text, size));
        text += size;
        text += text[0] == '\r' && text[1] == '\n' ? 2 : *text != '\0';
    }
}

static void add_fact(const struct telling *telling, struct template_record *table, enum words_key field,
                     const char *value) {
    if (!value)
        return;
    struct template_record *fact = template_add(table, NOTICE_FACTS);
    template_set(fact, NOTICE_FIELD, words(telling->language, field));
    template_set(fact, NOTICE_VALUE, value);
}

/* A new task as it is now, since there is no old. */
static void add_task(struct telling *telling, struct template_record *at, const struct task *task) {
    enum language language = telling->language;
    const struct event_change labels = {.field = "labels", .to = task->labels};
    struct template_record *table = template_add(at, NOTICE_NEW_TASK);
    add_fact(telling, table, WORDS_PAGE_FIELD_ASSIGNEE, person_name(language, task->assignee.name));
    add_fact(telling, table, WORDS_PAGE_FIELD_STATUS, choice_words(language, "status", task->status));
    if (task->progress)
        add_fact(telling, table, WORDS_PAGE_FIELD_PROGRESS, number(telling, task->progress));
    add_fact(telling, table, WORDS_PAGE_FIELD_PRIORITY, choice_words(language, "priority", task->priority));
    add_fact(telling, table, WORDS_PAGE_FIELD_DUE_ON, task->due_on ? day(telling, task->due_on) : NULL);
    add_fact(telling, table, WORDS_PAGE_FIELD_LABELS, change_to(telling->arena, language, &labels));
    if (*task->description)
        add_quote(telling, template_add(at, NOTICE_DESCRIPTION), task->description);
}

/* ---- changes ---- */

static void add_diff_line(const struct telling *telling, struct template_record *at,
                          const struct diff_line *line) {
    static const enum notice_name names[][2] = {
        [DIFF_SAME] = {NOTICE_SAME, NOTICE_SAME},
        [DIFF_REMOVED] = {NOTICE_REMOVED, NOTICE_REMOVED_WORDS},
        [DIFF_ADDED] = {NOTICE_ADDED, NOTICE_ADDED_WORDS},
        [DIFF_GAP] = {NOTICE_GAP, NOTICE_GAP},
    };
    struct template_record *told =
        template_add(template_add(at, NOTICE_DIFF), names[line->kind][line->is_altered]);
    if (line->kind == DIFF_GAP)
        template_set(told, NOTICE_COUNT, number(telling, (int64_t)line->left_out));
    for (size_t i = 0; i < line->piece_count; i++) {
        struct template_record *piece = template_add(told, NOTICE_PIECES);
        template_set(piece, NOTICE_PIECE, line->pieces[i].text);
        template_set(piece, NOTICE_IS_CHANGED, line->pieces[i].is_changed ? "1" : "");
    }
}

static void add_description(const struct telling *telling, struct template_record *at,
                            const struct event_change *change) {
    const char *from = change_from(telling->arena, telling->language, change);
    const char *to = change_to(telling->arena, telling->language, change);
    struct diff diff = diff_texts(telling->arena, from ? from : "", to ? to : "");
    struct template_record *rewritten = template_add(at, NOTICE_REWRITTEN);
    template_set(rewritten, NOTICE_IS_CUT, diff.is_cut ? "1" : "");
    for (size_t i = 0; i < diff.line_count; i++)
        add_diff_line(telling, rewritten, &diff.lines[i]);
}

static const char *side(const struct telling *telling, const struct event_change *change, const char *text) {
    if (!text)
        return "–";
    return strcmp(change->field, "due_on") == 0 ? day(telling, text) : text;
}

/* Old and new, field by field; the description follows line by line. */
static void add_changes(const struct telling *telling, struct template_record *at,
                        const struct task_news *news) {
    struct template_record *table = NULL;
    for (size_t i = 0; i < news->change_count; i++) {
        const struct event_change *change = &news->changes[i];
        if (strcmp(change->field, "description") == 0) {
            add_description(telling, at, change);
            continue;
        }
        if (!table)
            table = template_add(at, NOTICE_EDITS);
        struct template_record *row = template_add(table, NOTICE_CHANGES);
        template_set(row, NOTICE_FIELD, change_field(telling->language, change));
        template_set(row, NOTICE_FROM,
                     side(telling, change, change_from(telling->arena, telling->language, change)));
        template_set(row, NOTICE_TO,
                     side(telling, change, change_to(telling->arena, telling->language, change)));
    }
}

static void add_news(struct telling *telling, struct template_record *at, const struct task_news *news) {
    add_deeds(telling, at, news);
    if (news->is_created)
        add_task(telling, at, &news->task);
    else
        add_changes(telling, at, news);
    for (size_t i = 0; i < news->comment_count; i++) {
        const struct event *comment = &news->comments[i];
        add_quote(telling, add_deed(telling, at, NOTICE_COMMENTS, &comment->actor, comment->at),
                  comment->comment);
    }
}

static void add_due(const struct telling *telling, struct template_record *at, enum notice_name what,
                    const struct task *task) {
    struct template_record *due = template_add(at, what);
    name_task(telling, due, task, task_link(telling, task));
    template_set(due, NOTICE_IS_LATE, strcmp(task->due_on, telling->today) < 0 ? "1" : "");
    template_set(due, NOTICE_DATE, day(telling, task->due_on));
    template_set(due, NOTICE_DUE, due_words(telling->arena, telling->language, task->due_on, telling->today));
}

/* ---- whole mails ---- */

static void fill_task(struct telling *telling, struct template_record *root, const struct task_news *news) {
    name_task(telling, root, &news->task, news_link(telling, news));
    if (news->is_due && news->task.due_on)
        add_due(telling, root, NOTICE_DUE_LINE, &news->task);
    add_news(telling, root, news);
}

static bool has_more_than_due(const struct task_news *news) {
    return !news->is_due || news->is_created || news->is_deleted || news->is_restored || news->change_count ||
           news->comment_count;
}

struct counts {
    size_t due;
    size_t news;
};

/* First what is due, then what is new; a task may be both. */
static struct counts fill_daily(struct telling *telling, struct template_record *root,
                                const struct delivery_content *content) {
    struct counts counts = {0};
    struct template_record *due_list = NULL;
    for (size_t i = 0; i < content->news_count; i++) {
        const struct task_news *news = &content->news[i];
        if (news->is_due && news->task.due_on && counts.due++ < MOST_TASKS) {
            due_list = due_list ? due_list : template_add(root, NOTICE_DUE_LIST);
            add_due(telling, due_list, NOTICE_DUE_TASKS, &news->task);
        }
        if (has_more_than_due(news) && counts.news++ < MOST_TASKS) {
            struct template_record *told = template_add(root, NOTICE_NEWS);
            name_task(telling, told, &news->task, news_link(telling, news));
            add_news(telling, told, news);
        }
    }
    if (counts.news > MOST_TASKS)
        template_set(template_add(root, NOTICE_MORE_TASKS), NOTICE_COUNT,
                     number(telling, (int64_t)(counts.news - MOST_TASKS)));
    template_set(root, NOTICE_HEADING,
                 words_print(telling->arena, telling->language, WORDS_MAIL_DAILY_HEADING,
                             {"date", day(telling, telling->today)}));
    template_set(root, NOTICE_LINK,
                 arena_print(telling->arena, "%s/tasks.html?assignee=me", telling->notice->base_url));
    return counts;
}

static const char *daily_subject(const struct telling *telling, struct counts counts) {
    enum words_key key = counts.due && counts.news ? WORDS_MAIL_DAILY_SUBJECT
                         : counts.due              ? WORDS_MAIL_DAILY_SUBJECT_DUE
                                                   : WORDS_MAIL_DAILY_SUBJECT_NEWS;
    return words_print(
        telling->arena, telling->language, key, {"name", words(telling->language, WORDS_PAGE_NAME)},
        {"date", day(telling, telling->today)}, {"due_count", number(telling, (int64_t)counts.due)},
        {"news_count", number(telling, (int64_t)counts.news)});
}

static const char *task_subject(const struct telling *telling, const struct task *task) {
    return words_print(telling->arena, telling->language, WORDS_MAIL_SUBJECT,
                       {"name", words(telling->language, WORDS_PAGE_NAME)}, {"id", number(telling, task->id)},
                       {"title", task->title});
}

static const char *why(const struct telling *telling, bool is_daily) {
    static const enum words_key reasons[REASON_COUNT] = {
        [REASON_ASSIGNEE] = WORDS_MAIL_WHY_ASSIGNEE,   [REASON_WAS_ASSIGNEE] = WORDS_MAIL_WHY_WAS_ASSIGNEE,
        [REASON_MENTIONED] = WORDS_MAIL_WHY_MENTIONED, [REASON_CREATOR] = WORDS_MAIL_WHY_CREATOR,
        [REASON_WATCHER] = WORDS_MAIL_WHY_WATCHER,     [REASON_ALL] = WORDS_MAIL_WHY_ALL,
        [REASON_RULE] = WORDS_MAIL_WHY_RULE,
    };
    enum words_key reason = reasons[telling->notice->content->reason];
    const char *how = telling->notice->delivery->recipient.mail.how;
    if (is_daily) /* the mail of the day, or a reminder to somebody who has the rest as it comes */
        reason = !how || strcmp(how, "daily") == 0 ? WORDS_MAIL_WHY_DAILY : WORDS_MAIL_WHY_DUE;
    return words(telling->language, reason);
}

static const char *written(const struct telling *telling, const struct template *template,
                           const struct template_record *root) {
    struct buffer out = buffer_new(telling->arena, 8192);
    template_write(&out, template, telling->language, root);
    return out.data;
}

struct message notice_message(struct arena *arena, const struct notice *notice) {
    const struct user *reader = &notice->delivery->recipient;
    const struct task *task = &notice->content->news->task;
    bool is_daily = notice->delivery->task_id == 0;
    const char *zone = reader->mail.time_zone ? reader->mail.time_zone : "UTC";
    struct clock_local local = clock_local(zone, notice->now);
    struct telling telling = {.arena = arena,
                              .language = reader->language,
                              .notice = notice,
                              .zone = zone,
                              .today = arena_copy(arena, local.day)};
    struct template_record *root = template_record(arena);
    const char *subject;
    if (is_daily) {
        subject = daily_subject(&telling, fill_daily(&telling, root, notice->content));
    } else {
        subject = task_subject(&telling, task);
        fill_task(&telling, root, notice->content->news);
    }
    template_set(root, NOTICE_LANGUAGE, language_code(reader->language));
    template_set(root, NOTICE_SUBJECT, subject);
    template_set(root, NOTICE_WHY, why(&telling, is_daily));
    template_set(root, NOTICE_MUTE_URL, notice->mute_url);
    template_set(root, NOTICE_UNSUBSCRIBE_URL, notice->unsubscribe_url);
    return (struct message){
        .from_name = words(reader->language, WORDS_PAGE_NAME),
        .from_address = notice->sender,
        .to_name = reader->name,
        .to_address = reader->email,
        .subject = subject,
        .message_id = notice->delivery->message_id,
        .thread_id = is_daily ? NULL : arena_print(arena, "task-%lld@%s", (long long)task->id, notice->host),
        .list_id = arena_print(arena, "pumasi.%s", notice->host),
        .unsubscribe_url = notice->unsubscribe_url,
        .requests = notice->content->requests,
        .request_count = notice->content->request_count,
        .date = notice->now,
        .language = reader->language,
        .text = written(&telling, is_daily ? &NOTICE_DAILY_TXT : &NOTICE_TASK_TXT, root),
        .html = written(&telling, is_daily ? &NOTICE_DAILY_HTML : &NOTICE_TASK_HTML, root),
    };
}

const char *notice_host(struct arena *arena, const char *base_url) {
    const char *host = strstr(base_url, "://");
    host = host ? host + 3 : base_url;
    size_t size = strcspn(host, ":/");
    return size ? arena_copy_bytes(arena, host, size) : "localhost";
}
