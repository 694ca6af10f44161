#pragma once
/*
 * The wall between a function and the rest of the machine. The database is the guard's (lib/data/db_guard.c);
 * this is the kernel's side: once a worker has opened what it needs, it can open nothing more, start nothing
 * and call nobody, and has a bounded share of memory and descriptors.
 */

#include "http/function.h"

#include <signal.h>

/* At the very start: takes a socket that systemd hands over to descriptor 0, closes whatever else the process
 * that started this one left open, and gives up privileges for good. */
void wall_begin(void);

/*
 * After this a system call that is not listed in wall.c ends the process with POOL_END_DENIED, its number in
 * *denied_call (NULL: nobody looks). False, with a line in the log: the wall cannot be put up.
 */
MUST_CHECK bool wall_up(const struct limits *limits, volatile sig_atomic_t *denied_call);
