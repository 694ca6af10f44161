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
 * The step of `now`, if this is its code; -1 if it is not, or the step is not behind `last_step`. RFC
 * 6238, 5.2 would allow those beside it; a code is good for its 30 seconds and no longer here (ASVS 6.5.5),
 * as telephones and servers know the time and an app shows how much of it is left.
 */
int64_t totp_find_step(const unsigned char secret[TOTP_SECRET_BYTES], int64_t now, int64_t last_step,
                       const char *code);

/* The secret in base32 (RFC 4648, section 6), to be typed into an app. */
const char *totp_secret_text(struct arena *arena, const unsigned char secret[TOTP_SECRET_BYTES]);

/* The address that apps open: otpauth://totp/ISSUER:ACCOUNT?secret=... */
const char *totp_uri(struct arena *arena, const char *secret_text, const char *issuer, const char *account);
