#pragma once
/* The browser that is about to be signed in, for the session that it gets. */

#include "http/request.h"

struct session_new browser_session(struct request *request);
