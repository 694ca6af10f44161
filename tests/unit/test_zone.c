/* What clocks show where people live, without a file: the same as the C library says, which reads tzdata. */
#include "unit.h"

#include "base/clock.h"
#include "base/zone.h"

#include <string.h>
#include <time.h>

static const int64_t begin = 1767225600; /* 2026-01-01T00:00:00Z */
enum { HOURS = 2 * 366 * 24 };

/* Morocco goes by the moon from year to year, which no rule says. */
static bool is_by_the_moon(const char *zone) {
    return strcmp(zone, "Africa/Casablanca") == 0 || strcmp(zone, "Africa/El_Aaiun") == 0 ||
           strcmp(zone, "Morocco") == 0;
}

static void every_zone_is_as_the_system_has_it(void **state) {
    (void)state;
    assert_true(ZONE_RULE_COUNT > 400);
    for (size_t i = 0; i < ZONE_RULE_COUNT; i++) {
        const char *zone = ZONE_RULES[i].name;
        assert_true(i == 0 || strcmp(ZONE_RULES[i - 1].name, zone) < 0);
        if (is_by_the_moon(zone))
            continue;
        assert_int_equal(setenv("TZ", zone, 1), 0);
        tzset();
        for (int64_t hour = 0; hour < HOURS; hour++) {
            time_t time = (time_t)(begin + hour * 3600);
            struct tm local;
            assert_non_null(localtime_r(&time, &local));
            if (zone_offset(zone, time) != local.tm_gmtoff)
                fail_msg("%s at %lld: %lld and not %ld", zone, (long long)time,
                         (long long)zone_offset(zone, time), local.tm_gmtoff);
        }
    }
}

static void a_zone_that_is_none_is_utc(void **state) {
    (void)state;
    static const char *const none[] = {"",        "Mars/Base", "UTC0", "../etc/passwd", "Europe/Berlinn",
                                       "EST5EDT4"};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_int_equal(zone_offset(none[i], begin), 0);
    assert_int_equal(zone_offset("UTC", begin), 0);
}

static void a_change_is_at_its_second(void **state) {
    (void)state;
    const int64_t spring = 1774746000; /* 2026-03-29T01:00:00Z, the last Sunday of March */
    const int64_t autumn = 1792890000; /* 2026-10-25T01:00:00Z */
    assert_int_equal(zone_offset("Europe/Berlin", spring - 1), 3600);
    assert_int_equal(zone_offset("Europe/Berlin", spring), 7200);
    assert_int_equal(zone_offset("Europe/Berlin", autumn - 1), 7200);
    assert_int_equal(zone_offset("Europe/Berlin", autumn), 3600);
    assert_int_equal(zone_offset("Asia/Seoul", spring), 9 * 3600);
    assert_int_equal(zone_offset("Asia/Kathmandu", spring), 5 * 3600 + 45 * 60);
    assert_string_equal(clock_local("Asia/Seoul", begin + 15 * 3600).day, "2026-01-02");
    assert_string_equal(clock_local("Asia/Seoul", begin + 15 * 3600 - 1).day, "2026-01-01");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_zone_is_as_the_system_has_it),
        cmocka_unit_test(a_zone_that_is_none_is_utc),
        cmocka_unit_test(a_change_is_at_its_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
