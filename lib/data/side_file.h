#pragma once
/* A file beside the database, of which each program keeps a descriptor: what is in it is worth little enough
 * to be lost, and too little to have anybody wait for the database. */

#include "base/base.h"

/* For reading and writing, named as the database with `suffix` behind. -1: it cannot be had. */
int side_file_open(const char *database, const char *suffix);

/* Who has it open keeps what was there; whoever opens it next makes a new one. */
MUST_CHECK bool side_file_remove(const char *database, const char *suffix);

/* -1 is allowed. */
void side_file_close(int file);
