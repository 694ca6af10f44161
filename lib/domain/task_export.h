#pragma once
/* All tasks, to take along: as a table, as JSON lines, or with everything else there is. Written in pieces,
 * from one state of the database, however many there are. */

#include "base/buffer.h"
#include "domain/outcome.h"

enum task_export_format {
    TASK_EXPORT_CSV,   /* a line a task; without comments */
    TASK_EXPORT_LINES, /* {"task":{...}} with its comments and who watches it, a line each */
    TASK_EXPORT_WHOLE, /* the same with those of the bin, and lines {"person":...}, {"rule":...},
                          {"event":...} */
    TASK_EXPORT_COUNT
};
extern const char *const TASK_EXPORT_NAMES[]; /* csv lines whole, ended by NULL */

/* Whether what gathers in the buffer was taken; false ends the export with OUTCOME_FAILED. */
typedef bool task_export_flush(void *with);

/* `out` is emptied by `flush` from time to time. Inside a read transaction. */
MUST_CHECK enum outcome task_export_write(struct db *db, enum task_export_format format, struct buffer *out,
                                          task_export_flush *flush, void *with);
