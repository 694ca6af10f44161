#pragma once
/* A task of another program as it is written here: for import_write.c, which writes it. */

#include "domain/import.h"
#include "domain/task.h"

/* One import on its way. */
struct import_writer {
    struct db *db;
    struct import *import;
    const struct import_target *target;
    struct import_people *people;
    struct import_report *report;
};

/* A task as it is written. */
struct import_ready {
    const struct import_task *task;
    struct task_values values;
    int64_t creator_id;
    const char *rest; /* of a description that is too long, for comments; NULL: none */
};

/* Titles cut, people found, whom nobody knows named in the description. What is not as it was becomes a note.
 */
struct import_ready import_make_ready(const struct import_writer *writer, struct import_task *task);

/* A sentence about somebody of the other program, in the language of the import's actor. */
const char *import_sentence(const struct import_writer *writer, enum words_key key, const char *name);

/* Where a text of more than `most` bytes is cut, between two characters; else its size. */
size_t import_cut(const char *text, size_t most);
