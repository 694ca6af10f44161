/* The calendar of whoever's secret link it is, as calendar programs read it (RFC 5545): GET
 * /api/calendar/feed?token=... */
#include "base/icalendar.h"
#include "domain/calendar.h"
#include "domain/day_words.h"
#include "domain/event.h"
#include "http/request.h"

#include <json-c/json.h>
#include <string.h>

enum { TOKEN };

static const struct field fields[] = {
    [TOKEN] =
        {.name = "token", .type = FIELD_TEXT, .is_required = true, .least = 1, .most = CALENDAR_MOST_TOKEN},
};

static const struct grant grants[] = {
    {"calendar_link", MAY_READ},
    {"user", MAY_READ},
    {"task", MAY_READ},
    {"event", MAY_READ},
};

/* RFC 5545, 3.8.1.9: 1 is the highest, 9 the lowest. */
static const char *priority_of(const struct task *task) {
    static const char *const numbers[] = {"9", "5", "3", "1"};
    size_t place = 0;
    while (TASK_PRIORITIES[place + 1] && strcmp(TASK_PRIORITIES[place], task->priority) != 0)
        place++;
    return numbers[place];
}

/* "20261224" */
static const char *bare_day(struct arena *arena, const char *day) {
    return arena_print(arena, "%.4s%.2s%.2s", day, day + 5, day + 8);
}

static void add_labels(struct buffer *out, const char *labels) {
    struct json_object *list = json_tokener_parse(labels);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        icalendar_text(out, "CATEGORIES", json_object_get_string(json_object_array_get_idx(list, i)));
    (void)json_object_put(list);
}

/* A whole day, on which its owner is as free as before. */
static void add_task(struct buffer *out, const struct request *request, const struct task *task) {
    const char *base_url = request->config->base_url;
    const char *host = strstr(base_url, "://");
    char next[CLOCK_DAY_BYTES];
    days_after(task->due_on, 1, next);
    icalendar_line(out, "BEGIN", "VEVENT");
    icalendar_line(out, "UID",
                   arena_print(out->arena, "task-%lld@%s", (long long)task->id, host ? host + 3 : base_url));
    icalendar_time(out, "DTSTAMP", task->updated_at);
    icalendar_time(out, "CREATED", task->created_at);
    icalendar_time(out, "LAST-MODIFIED", task->updated_at);
    icalendar_line(out, "SEQUENCE", arena_print(out->arena, "%lld", (long long)task->version - 1));
    icalendar_line(out, "DTSTART;VALUE=DATE", bare_day(out->arena, task->due_on));
    icalendar_line(out, "DTEND;VALUE=DATE", bare_day(out->arena, next));
    icalendar_text(out, "SUMMARY", task->title);
    if (*task->description)
        icalendar_text(out, "DESCRIPTION", task->description);
    add_labels(out, task->labels);
    icalendar_line(out, "PRIORITY", priority_of(task));
    icalendar_line(out, "URL",
                   arena_print(out->arena, "%s/tasks.html?task=%lld", base_url, (long long)task->id));
    icalendar_line(out, "TRANSP", "TRANSPARENT");
    icalendar_line(out, "END", "VEVENT");
}

static void respond(struct request *request, const struct user *owner, const struct task *tasks,
                    size_t count) {
    struct buffer *out = respond_text(request, 200, "text/calendar; charset=utf-8");
    const char *name =
        words_print(request->arena, owner->language, WORDS_PAGE_CALENDAR_NAME, {"name", owner->name});
    icalendar_line(out, "BEGIN", "VCALENDAR");
    icalendar_line(out, "VERSION", "2.0");
    icalendar_line(out, "PRODID", "-//Pumasi//Tasks//EN");
    icalendar_line(out, "CALSCALE", "GREGORIAN");
    icalendar_line(out, "METHOD", "PUBLISH");
    /* Its name, as RFC 7986 has it and as programs from before it do; and how often to look. */
    icalendar_text(out, "NAME", name);
    icalendar_text(out, "X-WR-CALNAME", name);
    icalendar_line(out, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    icalendar_line(out, "X-PUBLISHED-TTL", "PT1H");
    for (size_t i = 0; i < count; i++)
        add_task(out, request, &tasks[i]);
    icalendar_line(out, "END", "VCALENDAR");
}

static void run(struct request *request) {
    struct user owner = {0};
    struct task *tasks = NULL;
    size_t count = 0;
    int64_t position = 0;
    enum outcome outcome =
        calendar_find_owner(request->db, request->arena, request_value(request, TOKEN)->text, &owner);
    if (outcome == OUTCOME_NOT_FOUND) {
        respond_refused(request, 404, WORDS_PROBLEM_NO_CALENDAR, "no link of a calendar");
        return;
    }
    if (outcome == OUTCOME_OK)
        outcome = event_position(request->db, &position);
    if (outcome == OUTCOME_OK &&
        respond_known_on(request, position, arena_print(request->arena, "%lld", (long long)owner.id)))
        return;
    if (outcome == OUTCOME_OK)
        outcome = calendar_tasks(request->db, request->arena, owner.id, &tasks, &count);
    if (outcome == OUTCOME_OK)
        respond(request, &owner, tasks, count);
    else
        respond_outcome(request, outcome);
}

const struct function FUNCTION = {
    .name = "calendar-feed",
    .access = ACCESS_ANYONE,
    .verb = VERB_USE_LINK,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 5, .workers = 1},
    .run = run,
};
