/*
 * A head that tells the layout, and slots of the same size behind it. A slot is claimed under a lock on the
 * file, once for each name, and never given back. The room is taken when the file is made: a page of a mapped
 * file that finds no room on the disk would be a SIGBUS later.
 */
#include "data/metrics_file.h"

#include "data/side_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 127, SLOT_BYTES = 512, MICROSECOND_NS = 1000 };

#define SUFFIX "-metrics"
static const char LAYOUT[METRICS_NAME_BYTES] = "pumasi metrics 1\n";

union slot {
    struct metrics metrics;
    char bytes[SLOT_BYTES];
};
_Static_assert(sizeof(struct metrics) <= SLOT_BYTES, "a slot holds what is counted");
_Static_assert(sizeof(union slot) == SLOT_BYTES, "slots do not share a line of the processor's cache");

struct file {
    char layout[SLOT_BYTES];
    union slot slots[SLOTS];
};

const int64_t METRICS_BOUNDS_US[METRICS_BOUNDS] = {100,   250,   500,    1000,   2500,    5000,
                                                   10000, 25000, 100000, 500000, 1000000, 5000000};

static struct file *the_file; /* NULL: this process counts for itself alone */
static union slot own_slot;

static void add(_Atomic uint64_t *number, uint64_t more) {
    (void)atomic_fetch_add_explicit(number, more, memory_order_relaxed);
}

/* ---- the file ---- */

/* NULL: it cannot be had, or is of another layout. */
static struct file *map(int descriptor) {
    struct stat status;
    bool is_there = fstat(descriptor, &status) == 0 && status.st_size >= (off_t)sizeof(struct file);
    if (!is_there && posix_fallocate(descriptor, 0, (off_t)sizeof(struct file)) != 0)
        return NULL;
    struct file *file = mmap(NULL, sizeof(*file), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (file == MAP_FAILED)
        return NULL;
    if (!*file->layout)
        memcpy(file->layout, LAYOUT, sizeof(LAYOUT));
    if (memcmp(file->layout, LAYOUT, sizeof(LAYOUT)) == 0)
        return file;
    (void)munmap(file, sizeof(*file));
    return NULL;
}

/* NULL: all slots are taken. */
static struct metrics *claim(struct file *file, const char *name) {
    for (size_t i = 0; i < SLOTS; i++) {
        struct metrics *metrics = &file->slots[i].metrics;
        if (!*metrics->name)
            (void)strncpy(metrics->name, name, METRICS_NAME_BYTES - 1);
        if (strncmp(metrics->name, name, METRICS_NAME_BYTES) == 0)
            return metrics;
    }
    return NULL;
}

static struct metrics *open_slot(int descriptor, const char *name) {
    while (flock(descriptor, LOCK_EX) != 0)
        if (errno != EINTR)
            return NULL;
    struct file *file = map(descriptor);
    struct metrics *metrics = file ? claim(file, name) : NULL;
    /* By itself it would last as long as the mapping. */
    (void)flock(descriptor, LOCK_UN);
    if (metrics)
        the_file = file;
    return metrics;
}

struct metrics *metrics_open(const char *database, const char *function) {
    struct metrics *metrics = NULL;
    int descriptor = side_file_open(database, SUFFIX);
    if (descriptor >= 0)
        metrics = open_slot(descriptor, function);
    if (!metrics && descriptor >= 0 && side_file_remove(database, SUFFIX)) {
        /* Of another release: its numbers begin anew. */
        side_file_close(descriptor);
        descriptor = side_file_open(database, SUFFIX);
        metrics = descriptor >= 0 ? open_slot(descriptor, function) : NULL;
    }
    side_file_close(descriptor);
    return metrics ? metrics : &own_slot.metrics;
}

/* ---- counting ---- */

void metrics_answered(struct metrics *metrics, int status, int64_t nanoseconds) {
    const int64_t us = nanoseconds / MICROSECOND_NS;
    size_t class = (size_t)status / 100;
    size_t bucket = 0;
    while (bucket < METRICS_BOUNDS && us > METRICS_BOUNDS_US[bucket])
        bucket++;
    add(&metrics->answers[class < METRICS_STATUS_CLASSES ? class : 0], 1);
    add(&metrics->times[bucket], 1);
    add(&metrics->answered_us, (uint64_t)us);
}

void metrics_started(struct metrics *metrics, int64_t nanoseconds) {
    add(&metrics->starts, 1);
    add(&metrics->started_us, (uint64_t)(nanoseconds / MICROSECOND_NS));
}

void metrics_ended(struct metrics *metrics, enum metrics_ending ending) {
    add(&metrics->endings[ending], 1);
}

const struct metrics *metrics_at(size_t index) {
    if (!the_file || index >= SLOTS || !*the_file->slots[index].metrics.name)
        return NULL;
    return &the_file->slots[index].metrics;
}
