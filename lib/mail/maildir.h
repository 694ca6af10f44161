#pragma once
/*
 * A maildir: one file a mail, written to tmp/, made durable, and moved to new/. The file is named after the
 * Message-ID, so that a try after a crash finds the mail that is there already instead of adding it once
 * more.
 */

#include "mail/letter.h"

/* Never LETTER_FAILED: a full disk or missing permission is mended by the administrator, and then it is tried
 * again. */
struct letter_result maildir_deliver(struct arena *arena, const char *directory, const struct letter *letter);
