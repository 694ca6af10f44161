#include "mail/letter.h"

#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A number of at most three digits at *at, which is then behind it; -1: there is none. */
static int read_number(const char **at) {
    int number = 0;
    size_t digits = 0;
    for (; is_digit((*at)[digits]); digits++) {
        if (digits == 3)
            return -1;
        number = number * 10 + (*at)[digits] - '0';
    }
    *at += digits;
    return digits ? number : -1;
}

static bool read_status(const char *at, struct letter_status *status) {
    int parts[3];
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (i && *at++ != '.')
            return false;
        parts[i] = read_number(&at);
        if (parts[i] < 0)
            return false;
    }
    bool goes_on = is_letter(*at) || (*at == '.' && is_digit(at[1])); /* a version, an address: 5.1.1.1 */
    if (goes_on || (parts[0] != 2 && parts[0] != 4 && parts[0] != 5))
        return false;
    *status = (struct letter_status){parts[0], parts[1], parts[2]};
    return true;
}

bool letter_find_status(const char *text, struct letter_status *status) {
    char before = ' ';
    for (const char *at = text; *at; before = *at++)
        if (is_digit(*at) && !is_digit(before) && !is_letter(before) && before != '.' &&
            read_status(at, status))
            return true;
    return false;
}

bool letter_blames_sender(const struct letter_status *status, const char *text) {
    bool is_sender = status->subject == 1 && (status->detail == 7 || status->detail == 8);
    return is_sender || strcasestr(text, "sender") || strcasestr(text, "relay");
}

bool letter_names_bad_mailbox(int code, const char *text) {
    struct letter_status status = {0};
    bool has_status = letter_find_status(text, &status);
    if (code / 100 != 5 || letter_blames_sender(&status, text))
        return false;
    return has_status ? status.class == 5 && status.subject == 1 : code == 550 || code == 551 || code == 553;
}
