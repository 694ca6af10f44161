#pragma once
/* Plain CGI (RFC 3875): one request from the environment and standard input. */

#include "http/serve.h"

/* The exit status of the process. */
MUST_CHECK int cgi_serve(struct worker *worker);
