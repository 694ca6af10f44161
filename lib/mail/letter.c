#include "mail/letter.h"

#include <stdlib.h>
#include <string.h>

/* "5.1.1 no such user": class, subject and detail (RFC 3463); false where the text begins with none. */
static bool read_enhanced(const char *text, long parts[3]) {
    for (size_t i = 0; i < 3; i++) {
        char *end = NULL;
        if (*text < '0' || *text > '9')
            return false;
        parts[i] = strtol(text, &end, 10);
        if (end - text > 3 || *end != (i < 2 ? '.' : ' '))
            return i == 2 && !*end && end - text <= 3;
        text = end + 1;
    }
    return true;
}

bool letter_names_bad_mailbox(int code, const char *text) {
    long parts[3] = {0};
    if (code / 100 != 5)
        return false;
    if (read_enhanced(text, parts))
        return parts[0] == 5 && parts[1] == 1;
    return code == 550 || code == 551 || code == 553;
}
