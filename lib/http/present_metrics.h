#pragma once
/*
 * Numbers in the text format of Prometheus, version 0.0.4: of all functions as metrics_file.h has them, and
 * of what waits. Nothing in them tells of a person.
 */

#include "base/buffer.h"
#include "domain/delivery_queue.h"

/* What is asked for when somebody asks. */
struct machine_metrics {
    int64_t now;
    const char *database; /* its path */
    int64_t oldest_since; /* when the oldest due mail was due; 0: none is */
    struct delivery_waiting waiting;
    int64_t given_up; /* of the latest mails */
    int64_t position; /* of the log */
};

void present_metrics(struct buffer *out, const struct machine_metrics *machine);
