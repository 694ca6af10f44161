/* `pumasi key`: the keys that sign the links in mails. */
#include "command.h"

#include "base/clock.h"
#include "data/key_file.h"

#include <stdlib.h>

static int run_rotate(struct command_line *line) {
    if (line->count)
        return fail_usage(line);
    const char *error = NULL;
    int64_t now = clock_now();
    if (!key_file_rotate(line->arena, line->config->link_keys, now, &error))
        return fail("%s", error);
    char last_day[CLOCK_DAY_BYTES];
    clock_write_day(now + KEY_FILE_FORMER_S, last_day);
    buffer_print(&line->out, "%s: a new key signs from now on; links of the one before work until %s\n",
                 line->config->link_keys, last_day);
    return EXIT_SUCCESS;
}

static const struct command commands[] = {
    {"rotate", "", "sign links in mails with a new key; those that were sent work for 30 days more",
     run_rotate, NEEDS_CONFIG, NO_GRANTS},
};

const struct noun KEY_NOUN = {"key", "the keys that sign the links in mails", commands, COUNT(commands)};
