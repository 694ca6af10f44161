#pragma once
/* Letters from one process to another, over a socket of sequenced packets. */

#include "mail/letter.h"

/* Waits until the other side has taken them. False: it is not there any more (errno tells). */
MUST_CHECK bool letters_send(int socket, const struct letter *letters, size_t count);

/* Waits for letters, which then live in the arena; their ids stay behind. False: the other side is gone, or
 * is none of ours. */
MUST_CHECK bool letters_receive(int socket, struct arena *arena, struct letter **letters, size_t *count);
