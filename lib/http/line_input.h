#pragma once
/* A new task as one line says it (lib/domain/quick_add.h), beside what other fields give. */

#include "domain/task.h"
#include "http/request.h"

/*
 * Puts what the line says into `values`: its signs count for more than other fields, its labels (`labels` are
 * those of the field, at most TASK_MOST_LABELS) come to those given. OUTCOME_INVALID: a fault of "line" was
 * noted.
 */
MUST_CHECK enum outcome line_input_read(struct request *request, const char *line,
                                        const struct field_value *labels, struct task_values *values);
