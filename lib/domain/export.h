#pragma once
/* All that is stored about one person, for herself to take along (GDPR, 15 and 20): no hash of anything
 * secret. */

#include "base/json_write.h"
#include "domain/outcome.h"

/* Writes one object. What was written is whole only with OUTCOME_OK. */
MUST_CHECK enum outcome export_write(struct db *db, int64_t user_id, struct json_writer *json);
