#pragma once
/*
 * SQLite opens two files long after the connection: /dev/urandom at its first need of chance, and the
 * database's directory at the first commit into a WAL, to make the name of a new file durable. A function
 * behind its wall can open nothing any more, so both are had beforehand.
 */

#include "base/base.h"

/* For the database of this process, also where it only reads. False if its directory cannot be opened (errno
 * tells). */
MUST_CHECK bool early_open(const char *database_path);
