#pragma once
/* How a task is read: shared by the files of the domain that ask for tasks. */

#include "domain/task.h"

#define TASK_COLUMNS                                                                                          \
    "task.id, task.title, task.description, task.status, task.progress, task.priority, task.assignee_id, "    \
    "assignee.name, task.creator_id, creator.name, task.due_on, task.labels, task.version, task.created_at, " \
    "task.updated_at, task.is_deleted"
#define TASK_TABLES                                                                                          \
    "task JOIN \"user\" AS creator ON creator.id = task.creator_id "                                         \
    "LEFT JOIN \"user\" AS assignee ON assignee.id = task.assignee_id"

/* The present row, selected by TASK_COLUMNS. */
void task_read_row(struct db_rows *rows, struct arena *arena, struct task *task);
