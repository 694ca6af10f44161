#pragma once
/*
 * The end of a worker whose run takes more time or memory than its function may: whoever waits for an answer
 * gets one made beforehand, written in the signal handler, and the process leaves with _exit. The transaction
 * rolls back and the write turn falls free with the process, and the parent starts the next worker.
 */

#include "http/request.h"

/* Requests that can wait at once, each in a place of its own. */
enum { OVERRUN_PLACES = 16 };

struct metrics;

/* Makes the timer, before the wall. What is answered here is counted in `metrics`. False: the system refuses
 * (errno tells). */
MUST_CHECK bool overrun_start(unsigned seconds, struct metrics *metrics);

/* The time that a run may take begins; nothing runs any more. */
void overrun_begin_time(void);
void overrun_end_time(void);

/* From now on somebody waits on this connection. Where it ends before its turn has come it is 503: nothing
 * was done. */
void overrun_expect(size_t place, const struct request *request, int connection, int request_id);

/* What takes so long is for this one (a run, or its commit): 504. Or not any more. */
void overrun_set_running(size_t place, bool is_running);

/* Its answer begins, or is for others to give. */
void overrun_forget(size_t place);

void overrun_end(void);
