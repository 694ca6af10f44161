#include "mail/account_notice.h"

#include "base/clock.h"
#include "base/template.h"
#include "domain/day_words.h"
#include "notice_names.h"

#include <assert.h>
#include <string.h>

/* Generated from lib/mail/templates. */
extern const struct template NOTICE_ACCOUNT_HTML;
extern const struct template NOTICE_ACCOUNT_TXT;

struct letter_words {
    const char *purpose;
    enum words_key subject;
    enum words_key heading;
    enum words_key text;
    enum words_key more; /* what to do if it was not the reader; of a mail with a token: the link's label */
    const char *page;    /* that takes the token; NULL: none */
};

static const struct letter_words letters[] = {
    {"verify", WORDS_MAIL_VERIFY_SUBJECT, WORDS_MAIL_VERIFY_HEADING, WORDS_MAIL_VERIFY_TEXT,
     WORDS_MAIL_VERIFY_LABEL, "verify"},
    {"reset", WORDS_MAIL_RESET_SUBJECT, WORDS_MAIL_RESET_HEADING, WORDS_MAIL_RESET_TEXT,
     WORDS_MAIL_RESET_LABEL, "reset"},
    {"password_changed", WORDS_MAIL_PASSWORD_CHANGED_SUBJECT, WORDS_MAIL_PASSWORD_CHANGED_HEADING,
     WORDS_MAIL_PASSWORD_CHANGED_TEXT, WORDS_MAIL_NOT_YOU_PASSWORD, NULL},
    {"factor_on", WORDS_MAIL_FACTOR_ON_SUBJECT, WORDS_MAIL_FACTOR_ON_HEADING, WORDS_MAIL_FACTOR_ON_TEXT,
     WORDS_MAIL_NOT_YOU_PASSWORD, NULL},
    {"factor_off", WORDS_MAIL_FACTOR_OFF_SUBJECT, WORDS_MAIL_FACTOR_OFF_HEADING, WORDS_MAIL_FACTOR_OFF_TEXT,
     WORDS_MAIL_NOT_YOU_PASSWORD, NULL},
    {"email_asked", WORDS_MAIL_EMAIL_ASKED_SUBJECT, WORDS_MAIL_EMAIL_ASKED_HEADING,
     WORDS_MAIL_EMAIL_ASKED_TEXT, WORDS_MAIL_NOT_YOU_ASKED, NULL},
    {"email_changed", WORDS_MAIL_EMAIL_CHANGED_SUBJECT, WORDS_MAIL_EMAIL_CHANGED_HEADING,
     WORDS_MAIL_EMAIL_CHANGED_TEXT, WORDS_MAIL_NOT_YOU_CHANGED, NULL},
};

static const struct letter_words *find_letter(const char *purpose) {
    size_t i = 0;
    while (i < COUNT(letters) && strcmp(letters[i].purpose, purpose) != 0)
        i++;
    assert(i < COUNT(letters));
    return &letters[i];
}

static const char *when(struct arena *arena, const struct user *reader, int64_t at, int64_t now) {
    const char *zone = reader->mail.time_zone ? reader->mail.time_zone : "UTC";
    struct clock_local local = clock_local(zone, at);
    struct clock_local today = clock_local(zone, now);
    return words_print(arena, reader->language,
                       strcmp(zone, "UTC") == 0 ? WORDS_MAIL_WHEN_UTC : WORDS_MAIL_WHEN,
                       {"date", day_words(arena, reader->language, local.day, today.day)},
                       {"time", arena_print(arena, "%02d:%02d", local.hour, local.minute)});
}

static void add_paragraph(struct template_record *root, const char *text) {
    template_set(template_add(root, NOTICE_PARAGRAPHS), NOTICE_PARAGRAPH, text);
}

static const char *written(struct arena *arena, const struct template *template, enum language language,
                           const struct template_record *root) {
    struct buffer out = buffer_new(arena, 8192);
    template_write(&out, template, language, root);
    return out.data;
}

struct message account_notice_message(struct arena *arena, const struct account_notice *notice) {
    const struct user *reader = &notice->delivery->recipient;
    const struct letter_words *letter = find_letter(notice->delivery->purpose);
    const enum language language = reader->language;
    const char *name = words(language, WORDS_PAGE_NAME);
    const char *subject = words_print(arena, language, letter->subject, {"name", name});
    struct template_record *root = template_record(arena);
    add_paragraph(
        root, words_print(arena, language, letter->text, {"person", reader->name}, {"address", reader->email},
                          {"when", when(arena, reader, notice->delivery->created_at, notice->now)}));
    if (letter->page) {
        /* Behind "#", where no server or proxy on the way logs it (ASVS 14.2.1). */
        template_set(
            root, NOTICE_LINK,
            arena_print(arena, "%s/%s.html#token=%s", notice->base_url, letter->page, notice->token));
        template_set(root, NOTICE_CODE, notice->token);
        template_set(root, NOTICE_LABEL, words(language, letter->more));
    } else {
        add_paragraph(root, words_print(arena, language, letter->more, {"link", notice->base_url}));
    }
    template_set(root, NOTICE_LANGUAGE, language_code(language));
    template_set(root, NOTICE_SUBJECT, subject);
    template_set(root, NOTICE_HEADING, words(language, letter->heading));
    template_set(root, NOTICE_WHY, words_print(arena, language, WORDS_MAIL_ACCOUNT_WHY, {"name", name}));
    return (struct message){
        .from_name = name,
        .from_address = notice->sender,
        .to_name = reader->name,
        .to_address = reader->email,
        .subject = subject,
        .message_id = notice->delivery->message_id,
        .list_id = arena_print(arena, "pumasi.%s", notice->host),
        .requests = &notice->delivery->request,
        .request_count = notice->delivery->request != NULL,
        .date = notice->now,
        .language = language,
        .text = written(arena, &NOTICE_ACCOUNT_TXT, language, root),
        .html = written(arena, &NOTICE_ACCOUNT_HTML, language, root),
    };
}
