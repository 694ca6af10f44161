#include "mail/report.h"

#include "mail/letter.h"

#include <stdlib.h>
#include <string.h>

/* ---- where it came to ---- */

static bool is_delivered_to(const struct mime_field *field) {
    static const char *const names[] = {"To", "Delivered-To", "X-Original-To", "Envelope-To"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (mime_is_named(field, names[i]))
            return true;
    return false;
}

/* Every word with an "@" in it: what is none of ours has no signature. */
static void add_addresses(struct arena *arena, const char *value, struct report *report) {
    static const char SEPARATORS[] = " \t,;:<>()\"[]\\";
    while (*value && report->address_count < REPORT_MOST_ADDRESSES) {
        value += strspn(value, SEPARATORS);
        size_t size = strcspn(value, SEPARATORS);
        if (memchr(value, '@', size))
            report->addresses[report->address_count++] = arena_copy_bytes(arena, value, size);
        value += size;
    }
}

/* ---- what became of each recipient ---- */

struct recipient {
    bool is_failed; /* Action: failed */
    const char *status;
    const char *diagnostic;
};

/* "smtp; 550 5.1.1 no such user": what stands behind the type. */
static const char *without_type(const char *diagnostic) {
    const char *semicolon = strchr(diagnostic, ';');
    if (!semicolon)
        return diagnostic;
    return semicolon + 1 + strspn(semicolon + 1, " \t");
}

/* Some servers write 5.0.0 for all there is, and what was meant into the diagnostic. */
static bool find_status(const struct recipient *recipient, struct letter_status *status) {
    struct letter_status precise;
    bool found = recipient->status && letter_find_status(recipient->status, status);
    if (found && (status->subject || status->detail))
        return true;
    if (!recipient->diagnostic)
        return found;
    const char *text = without_type(recipient->diagnostic);
    if (letter_find_status(text, &precise) && (!found || precise.class == status->class))
        *status = precise;
    else if (strtol(text, NULL, 10) == 552)
        *status = (struct letter_status){5, 2, 2};
    else
        return found;
    return true;
}

/* The mailbox is there: it is full, or this mail is too large, or of the wrong form, or a policy is against
 * it. */
static bool is_about_mail(const struct letter_status *status) {
    return (status->subject == 2 && (status->detail == 2 || status->detail == 3)) ||
           (status->subject == 3 && status->detail == 4) || status->subject == 6 || status->subject == 7;
}

static enum report_end judge(const struct recipient *recipient) {
    struct letter_status status = {0};
    if (!recipient->is_failed || !find_status(recipient, &status) || status.class != 5)
        return REPORT_PASSES;
    const char *text = recipient->diagnostic ? recipient->diagnostic : "";
    return is_about_mail(&status) || letter_blames_sender(&status, text) ? REPORT_FAILED : REPORT_BAD_MAILBOX;
}

/* It goes into the database, the log and a terminal. */
static const char *printable(struct arena *arena, const char *text) {
    char *copy = arena_copy_bytes(arena, text, strnlen(text, REPORT_MOST_SAID));
    for (char *c = copy; *c; c++)
        if (*c < ' ' || *c >= 0x7F)
            *c = '?';
    return copy;
}

/* The mildest end counts: with several recipients, the mail was one of ours that somebody passed on. */
static void add_recipient(struct arena *arena, const struct recipient *recipient, bool is_first,
                          struct report *report) {
    enum report_end end = judge(recipient);
    if (!is_first && end >= report->end)
        return;
    report->end = end;
    if (recipient->diagnostic && *without_type(recipient->diagnostic))
        report->said = printable(arena, without_type(recipient->diagnostic));
    else
        report->said = printable(arena, recipient->status ? recipient->status : "");
}

/* Groups of fields with an empty line between; the first, about the mail as a whole, has neither action nor
 * status. */
static bool read_status(struct arena *arena, struct span text, bool is_first, struct report *report) {
    struct mime_reader reader = mime_read(text);
    while (reader.at != reader.end) {
        struct recipient recipient = {0};
        struct mime_field field;
        bool has_action = false;
        while (mime_next_field(arena, &reader, &field)) {
            if (mime_is_named(&field, "Action")) {
                has_action = true;
                recipient.is_failed = mime_is_type(field.value, "failed");
            } else if (mime_is_named(&field, "Status")) {
                recipient.status = field.value;
            } else if (mime_is_named(&field, "Diagnostic-Code")) {
                recipient.diagnostic = field.value;
            }
        }
        if (!has_action && !recipient.status)
            continue;
        add_recipient(arena, &recipient, is_first, report);
        is_first = false;
    }
    return !is_first;
}

/* ---- the parts ---- */

struct part {
    const char *type; /* "": not said */
    const char *encoding;
    struct span body;
};

static struct part read_part(struct arena *arena, struct span bytes) {
    struct part part = {.type = ""};
    struct mime_reader reader = mime_read(bytes);
    struct mime_field field;
    while (mime_next_field(arena, &reader, &field)) {
        if (mime_is_named(&field, "Content-Type"))
            part.type = field.value;
        else if (mime_is_named(&field, "Content-Transfer-Encoding"))
            part.encoding = field.value;
    }
    part.body = (struct span){reader.at, (size_t)(reader.end - reader.at)};
    return part;
}

static bool is_one_of(const char *type, const char *const *types, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (mime_is_type(type, types[i]))
            return true;
    return false;
}

static const char *find_message_id(struct arena *arena, struct span header) {
    struct mime_reader reader = mime_read(header);
    struct mime_field field;
    while (mime_next_field(arena, &reader, &field)) {
        if (!mime_is_named(&field, "Message-ID"))
            continue;
        const char *open = strchr(field.value, '<');
        const char *close = open ? strchr(open, '>') : NULL;
        return close ? arena_copy_bytes(arena, open + 1, (size_t)(close - open - 1)) : NULL;
    }
    return NULL;
}

static bool read_parts(struct arena *arena, struct span body, const char *boundary, struct report *report) {
    static const char *const statuses[] = {"message/delivery-status", "message/global-delivery-status"};
    static const char *const returned[] = {"message/rfc822", "text/rfc822-headers", "message/global",
                                           "message/global-headers"};
    bool has_status = false;
    struct mime_parts parts = mime_parts(body, boundary);
    struct span bytes;
    while (mime_next_part(&parts, &bytes)) {
        struct part part = read_part(arena, bytes);
        if (is_one_of(part.type, statuses, COUNT(statuses)))
            has_status |=
                read_status(arena, mime_decode(arena, part.body, part.encoding), !has_status, report);
        else if (!report->message_id && is_one_of(part.type, returned, COUNT(returned)))
            report->message_id = find_message_id(arena, mime_decode(arena, part.body, part.encoding));
    }
    return has_status;
}

bool report_read(struct arena *arena, struct span mail, struct report *report) {
    *report = (struct report){
        .addresses = arena_take_array(arena, REPORT_MOST_ADDRESSES, sizeof(*report->addresses)), .said = ""};
    struct mime_reader reader = mime_read(mail);
    struct mime_field field;
    const char *type = "";
    while (mime_next_field(arena, &reader, &field)) {
        if (mime_is_named(&field, "Content-Type"))
            type = field.value;
        else if (is_delivered_to(&field))
            add_addresses(arena, field.value, report);
    }
    if (!mime_is_type(type, "multipart/report"))
        return false;
    const char *boundary = mime_parameter(arena, type, "boundary");
    struct span body = {reader.at, (size_t)(reader.end - reader.at)};
    return boundary && read_parts(arena, body, boundary, report);
}
