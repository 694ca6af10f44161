#pragma once
/*
 * The last day on which each of many things was used: four bytes for each id, in a file beside the database.
 *
 * Reading requests write nothing into the database, since that would have them wait for each other; but
 * somebody who looks through her access tokens must see which ones are used, and most of them only read. A
 * day is noted once and costs four bytes however often the thing is used; nothing has to be folded back or
 * cleaned up. Ids are given by the database and never twice, so that what is left of a deleted one harms
 * nobody. If the file is lost, so is this knowledge and no more.
 */

#include "base/base.h"

/* A descriptor, for reading and writing; -1: the file cannot be had, and days are not known then. */
int day_file_open(const char *database);

/* Days since 1970; 0: never, or not known. */
int64_t day_file_get(int file, int64_t id);

/* Writes only if it was another day. What cannot be written is forgotten. */
void day_file_note(int file, int64_t id, int64_t day);
