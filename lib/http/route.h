#pragma once
/* The gateway's table, generated from handlers/routes: which method and path is which function's. */

#include "base/arena.h"

struct route {
    const char *method;
    const char *path; /* "/api/tasks/{id}/log" */
    const char *function;
};
extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;

enum route_match {
    ROUTE_FOUND,
    ROUTE_NO_PATH,   /* 404 */
    ROUTE_NO_METHOD, /* 405 */
};

/* Finds the row of this method and path; HEAD is GET. *row and *id (0: no {id} in the path) are set when
 * found. */
enum route_match route_find(const char *method, const char *path, const struct route **row, int64_t *id);

/* The methods of a path, "GET, HEAD, POST"; NULL where there is no such path. */
const char *route_methods(struct arena *arena, const char *path);
