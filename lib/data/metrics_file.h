#pragma once
/*
 * Numbers of all functions: a file beside the database that every one has mapped, with a slot of its own for
 * each. Workers and their parents add to them with single atomic additions, so that counting costs next to
 * nothing and holds nobody up; the function `metrics` reads the others'. What is counted stays when a worker,
 * a parent or the machine ends. If the file cannot be had, a process counts for itself alone.
 */

#include "base/base.h"

/* The last bucket of the times of answers holds what took longer than all bounds. */
enum { METRICS_BOUNDS = 12, METRICS_NAME_BYTES = 40, METRICS_STATUS_CLASSES = 6 };
extern const int64_t METRICS_BOUNDS_US[METRICS_BOUNDS];

/* How a worker ended, if not by itself. */
enum metrics_ending {
    METRICS_ENDED_BY_TIME,
    METRICS_ENDED_BY_MEMORY,
    METRICS_ENDED_BY_CALL,   /* one that functions may not make */
    METRICS_ENDED_BY_SIGNAL, /* a crash, or somebody killed it */
    METRICS_ENDED_BADLY,
    METRICS_ENDINGS
};

struct metrics {
    char name[METRICS_NAME_BYTES];                    /* of the function; "": nobody's slot yet */
    _Atomic uint64_t answers[METRICS_STATUS_CLASSES]; /* by the hundreds of their status */
    _Atomic uint64_t times[METRICS_BOUNDS + 1];       /* answers by how long they took */
    _Atomic uint64_t answered_us;                     /* the sum of these times */
    _Atomic uint64_t workers;                         /* that run now */
    _Atomic uint64_t starts;                          /* of workers that came to take requests */
    _Atomic uint64_t started_us;                      /* the sum of what these starts took */
    _Atomic uint64_t cold_starts;                     /* of workers for whose request there was none */
    _Atomic uint64_t endings[METRICS_ENDINGS];        /* of workers */
};

/* The function's own slot; never NULL. To be called before the wall, by a process that may open files. */
struct metrics *metrics_open(const char *database, const char *function);

/* One request was answered. May be called in a signal handler. */
void metrics_answered(struct metrics *metrics, int status, int64_t nanoseconds);

/* A worker takes requests, so long after it was asked for. */
void metrics_started(struct metrics *metrics, int64_t nanoseconds);

void metrics_ended(struct metrics *metrics, enum metrics_ending ending);

/* The slots of all functions that ever counted, in the order in which they came; the first has the index 0.
 * NULL: there are no more. */
const struct metrics *metrics_at(size_t index);
