#pragma once
/* The overview in JSON answers. */

#include "domain/overview.h"

void present_week(struct json_writer *json, const struct overview_week *week);
void present_flow(struct json_writer *json, const struct overview_flow *flow);
void present_loads(struct json_writer *json, const struct overview_people *people);
