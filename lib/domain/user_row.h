#pragma once
/* How a person is read: shared by the files of the domain that ask for people. */

#include "domain/user.h"

#define USER_COLUMNS                                                                                         \
    "\"user\".id, \"user\".email, \"user\".name, \"user\".role, \"user\".language, \"user\".mail_how, "      \
    "\"user\".mail_level, \"user\".mail_own, \"user\".mail_hour, \"user\".time_zone, "                       \
    "\"user\".disabled_at IS NOT NULL, \"user\".email_is_verified, \"user\".email_pending"

enum { USER_COLUMN_COUNT = 13 };

/* The present row, selected by USER_COLUMNS. */
void user_read_row(struct db_rows *rows, struct arena *arena, struct user *user);

/* Runs a started statement that answers at most one person, selected by USER_COLUMNS, and finishes it. */
MUST_CHECK enum outcome user_read_one(struct db_rows *rows, struct arena *arena, struct user *user);
