#pragma once
/*
 * Codes of an authenticator app: TOTP (RFC 6238) as every app knows it, SHA-1, steps of 30 seconds, six
 * digits. Nothing here is kept; factor.h keeps it.
 */

#include "base/arena.h"

enum { TOTP_STEP_S = 30, TOTP_DIGITS = 6, TOTP_SECRET_BYTES = 20 };

/* The code of a step (seconds since 1970 by 30). */
void totp_code(const unsigned char secret[TOTP_SECRET_BYTES], int64_t step, char code[TOTP_DIGITS + 1]);

/*
 * The step whose code this is: that of `now`, or one beside it, as clocks differ and people type slowly (RFC
 * 6238, 5.2). -1 if it is none of them, or one not behind `last_step`. Takes the same time for each.
 */
int64_t totp_find_step(const unsigned char secret[TOTP_SECRET_BYTES], int64_t now, int64_t last_step,
                       const char *code);

/* The secret in base32 (RFC 4648, section 6), to be typed into an app. */
const char *totp_secret_text(struct arena *arena, const unsigned char secret[TOTP_SECRET_BYTES]);

/* The address that apps open: otpauth://totp/ISSUER:ACCOUNT?secret=... */
const char *totp_uri(struct arena *arena, const char *secret_text, const char *issuer, const char *account);
