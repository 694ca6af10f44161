/* A mail to the mailbox of reports: whatever it holds, what is read of it is bounded, plain, and the same
 * each time; and a mail that is no report says nothing. */
#include "mail/report.h"

#include <stdlib.h>
#include <string.h>

static void check_said(const char *said) {
    if (strlen(said) > REPORT_MOST_SAID)
        abort();
    for (const char *c = said; *c; c++)
        if (*c < ' ' || *c >= 0x7F)
            abort();
}

static void check_addresses(const struct report *report) {
    if (report->address_count > REPORT_MOST_ADDRESSES)
        abort();
    for (size_t i = 0; i < report->address_count; i++)
        if (!strchr(report->addresses[i], '@') || strpbrk(report->addresses[i], " <>\n"))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    /* A copy of the exact size, so that a step too far is seen. */
    char *mail = malloc(size ? size : 1);
    if (!mail)
        abort();
    if (size)
        memcpy(mail, bytes, size);
    struct arena *arena = arena_new();
    struct report report;
    struct report again;
    bool is_report = report_read(arena, (struct span){mail, size}, &report);
    if (report_read(arena, (struct span){mail, size}, &again) != is_report || again.end != report.end ||
        strcmp(again.said, report.said) != 0)
        abort();
    check_said(report.said);
    check_addresses(&report);
    if (!is_report && (report.end != REPORT_PASSES || *report.said))
        abort();
    arena_free(arena);
    free(mail);
    return 0;
}
