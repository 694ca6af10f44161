#pragma once
/*
 * The write turn: every write transaction and every checkpoint of every program of ours holds an exclusive
 * lock on the file DATABASE-turn, and nothing else does either.
 *
 * SQLite 3.7.0 to 3.51.2 can lose committed transactions when one connection checkpoints at the instant
 * another commits and resets the WAL (sqlite.org/wal.html, section 11). Automatic checkpoints run inside the
 * commit, hence inside the turn. The turn also ends the lottery of waiting writers: eight writers that waited
 * with SQLite's own busy handler left one of them with no commit in four seconds.
 */

#include "base/base.h"

/* A descriptor for the turn of this database, or -1 (errno tells). The file is made if it is missing. */
MUST_CHECK int turn_open(const char *database_path);

/* Waits for the turn. False if the system refuses (errno tells). A process that ends gives its turn back. */
MUST_CHECK bool turn_take(int turn);
void turn_give(int turn);
