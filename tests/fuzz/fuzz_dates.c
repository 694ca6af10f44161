/* Times become dates of the forms that are promised, in any zone; texts are days only if the calendar has
 * them. */
#include "fuzz.h"

#include "base/clock.h"
#include "domain/day_words.h"

static bool has_form(const char *text, const char *form) {
    for (; *form; form++, text++)
        if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    return !*text;
}

static bool is_day(const char *text, size_t size) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (size != 10 || !has_form(text, "0000-00-00"))
        return false;
    int year = atoi(text);
    int month = atoi(text + 5);
    int day = atoi(text + 8);
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && is_leap);
}

static void check_time(struct arena *arena, int64_t time, const char *zone, int hour) {
    enum { DAY_S = 24 * 3600 };
    char text[CLOCK_RFC3339_BYTES];
    char day[CLOCK_DAY_BYTES];
    clock_write_rfc3339(time, text);
    clock_write_day(time, day);
    PROMISE(has_form(text, "0000-00-00T00:00:00Z") && memcmp(text, day, 10) == 0);
    PROMISE(clock_is_day(day, 10) && days_between("1970-01-01", day) == time / DAY_S);
    PROMISE(strlen(clock_rfc5322(arena, time)) == strlen("Mon, 23 Nov 2026 09:00:00 +0000"));
    if (time < 2 * DAY_S)
        return; /* before 1970 somewhere */
    struct clock_local local = clock_local(zone, time);
    PROMISE(clock_is_day(local.day, 10) && local.hour >= 0 && local.hour < 24 && local.minute >= 0 &&
            local.minute < 60);
    PROMISE(llabs(days_between(day, local.day)) <= 1);
    int64_t next = clock_next_hour(zone, hour, time);
    int64_t last = clock_last_hour(zone, hour, time);
    PROMISE(next > time && next <= time + 2 * DAY_S && last <= time && last >= time - 2 * DAY_S);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const char *const zones[] = {"UTC",          "Asia/Seoul",     "America/New_York",
                                        "Pacific/Apia", "Asia/Kathmandu", "Mars"};
    const int64_t most = INT64_C(253402214400); /* 31 Dec 9999 */
    struct fuzz_input input = {bytes, bytes + size};
    uint64_t time = 0;
    for (int i = 0; i < 6; i++)
        time = time << 8 | fuzz_byte(&input);
    unsigned choice = fuzz_byte(&input);
    struct arena *arena = arena_new();
    check_time(arena, (int64_t)(time % (uint64_t)(choice & 128 ? most : INT64_C(4102444800))),
               zones[choice % COUNT(zones)], (int)(choice / 8 % 24));
    char *text = fuzz_text(&input);
    size_t text_size = strlen(text);
    bool is_one = clock_is_day(text, text_size);
    PROMISE(is_one == is_day(text, text_size));
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        const char *in_words = day_words(arena, (enum language)language, text, "2026-11-26");
        const char *due = due_words(arena, (enum language)language, text, "2026-11-26");
        PROMISE(is_one ? *in_words && *due : in_words == text && due == text);
    }
    free(text);
    arena_free(arena);
    return 0;
}
