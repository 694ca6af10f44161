#pragma once
/* The fields of a task as requests give them: declared once, for creating and updating. */

#include "domain/task.h"
#include "http/request.h"

/* Places of the task's fields; a function's own fields come behind TASK_INPUT_COUNT. */
enum {
    IN_TITLE,
    IN_DESCRIPTION,
    IN_STATUS,
    IN_PROGRESS,
    IN_PRIORITY,
    IN_ASSIGNEE,
    IN_DUE,
    IN_LABELS,
    TASK_INPUT_COUNT
};

/* For a function's array of fields: all but the title, which only a new task requires. */
#define TASK_INPUT_FIELDS                                                                                    \
    [IN_DESCRIPTION] = {.name = "description",                                                               \
                        .type = FIELD_LONGTEXT,                                                              \
                        .in_bytes = true,                                                                    \
                        .most = TASK_MOST_DESCRIPTION_BYTES},                                                \
    [IN_STATUS] = {.name = "status", .type = FIELD_CHOICE, .choices = TASK_STATUSES},                        \
    [IN_PROGRESS] = {.name = "progress", .type = FIELD_INTEGER, .most = 100},                                \
    [IN_PRIORITY] = {.name = "priority", .type = FIELD_CHOICE, .choices = TASK_PRIORITIES},                  \
    [IN_ASSIGNEE] = {.name = "assignee_id",                                                                  \
                     .type = FIELD_INTEGER,                                                                  \
                     .may_be_empty = true,                                                                   \
                     .least = 1,                                                                             \
                     .most = FIELD_LARGEST},                                                                 \
    [IN_DUE] = {.name = "due_on", .type = FIELD_DAY, .may_be_empty = true},                                  \
    [IN_LABELS] = {.name = "labels",                                                                         \
                   .type = FIELD_LABELS,                                                                     \
                   .least = TASK_MOST_LABELS,                                                                \
                   .most = TASK_MOST_LABEL,                                                                  \
                   .may_wrap = true}

/* What was given, as the domain takes it. */
struct task_values task_input_values(struct request *request);

/* Notes the fault of a field that the domain refused, and answers 422. */
void respond_task_fault(struct request *request, unsigned field);
