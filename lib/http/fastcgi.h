#pragma once
/*
 * FastCGI over libfcgi: a parent that holds nothing but the listening socket, and workers that answer. A
 * worker that dies is replaced; requests wait in the socket meanwhile. SIGTERM lets running requests finish.
 */

#include "http/serve.h"

/* Serves the socket on descriptor 0 until SIGTERM. The exit status of the process. */
MUST_CHECK int fastcgi_serve(struct worker *worker);
