#pragma once

/* In the environment of a function that `idle` has started: the process serves already, and must not end
 * because its settings cannot be read just now. Not PUMASI_...: that would be a setting. */
#define IDLE_BEFORE "FUNCTION_WAS_IDLE"
