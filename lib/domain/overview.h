#pragma once
/*
 * The overview: what somebody has before her, how the work of all goes on, and who has how much of it. Each
 * costs the same in a large installation as in a small one: none reads the log, or tasks that are done.
 */

#include "base/clock.h"
#include "domain/task.h"

enum {
    OVERVIEW_WEEK_DAYS = 7,
    OVERVIEW_MOST_LATE = 50,
    OVERVIEW_MOST_AHEAD = 200,
    OVERVIEW_MOST_DAYS = 365,
    OVERVIEW_MOST_PEOPLE = 100,
};

/* Tasks of one person that are not done, by day, the most urgent first. Of each only id, title, status,
 * progress, priority and due_on are set. */
struct due_tasks {
    struct task *tasks;
    size_t count;
    bool has_more; /* than are told */
};

struct overview_week {
    char days[OVERVIEW_WEEK_DAYS][CLOCK_DAY_BYTES]; /* today first */
    struct due_tasks late;                          /* due before today */
    struct due_tasks ahead;                         /* due on one of the days */
};

/* `today` is a day of the calendar. */
MUST_CHECK enum outcome overview_week(struct db *db, struct arena *arena, int64_t user_id, const char *today,
                                      struct overview_week *week);

/* How many tasks had each status at the end of a day; those in the bin do not count. */
struct flow_day {
    int64_t todo;
    int64_t doing;
    int64_t done;
};

struct overview_flow {
    char today[CLOCK_DAY_BYTES]; /* of UTC, as all days here */
    size_t count;                /* of days, up to today; 1 to OVERVIEW_MOST_DAYS */
    char first[CLOCK_DAY_BYTES];
    struct flow_day *days; /* the oldest first; before the log began, the numbers with which it did */
};

/* Given `today` and `count`, finds the rest. */
MUST_CHECK enum outcome overview_flow(struct db *db, struct arena *arena, struct overview_flow *flow);

/* What somebody has to do. */
struct load {
    struct person person; /* id 0: what nobody is in charge of */
    int64_t open;         /* not done; at least 1 */
    int64_t doing;
    int64_t late;     /* due before today */
    int64_t progress; /* of the open ones, on the average */
};

struct overview_people {
    struct load *loads; /* of everyone who has something to do, most first */
    size_t count;
    bool has_more; /* than are told */
};

MUST_CHECK enum outcome overview_people(struct db *db, struct arena *arena, const char *today,
                                        struct overview_people *people);
