#include "help.h"

#include <string.h>

/* Words of a command go on further in than its purpose stands: scripts/manual and the completions tell them
 * by that. */
enum { COLUMNS = 80, PURPOSE_INDENT = 6, WORDS_INDENT = 10 };

/* `text` from where the line stands (`used` columns in), broken between words, later lines indented. */
static void print_wrapped(FILE *out, size_t used, int indent, const char *text) {
    while (*text) {
        size_t size = strcspn(text, " ");
        if (used + 1 + size > COLUMNS) {
            (void)fprintf(out, "\n%*s", indent - 1, "");
            used = (size_t)indent - 1;
        }
        (void)fprintf(out, " %.*s", (int)size, text);
        used += 1 + size;
        text += size;
        text += *text == ' ';
    }
    (void)fputc('\n', out);
}

void help_all(FILE *out, const struct noun *const *nouns, size_t count) {
    (void)fputs("Usage: pumasi COMMAND\n\n", out);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "  %-8s %s\n", nouns[i]->name, nouns[i]->purpose);
    (void)fputs("\nSee pumasi COMMAND --help, and the manual: man pumasi.\n"
                "The settings are those of /etc/pumasi.conf, or of the file that PUMASI_CONFIG\n"
                "names; each can be overridden by PUMASI_KEY in the environment.\n",
                out);
}

void help_noun(FILE *out, const struct noun *noun) {
    (void)fprintf(out, "Usage: pumasi %s%s\n\n", noun->name, noun->commands->verb ? " COMMAND" : "");
    for (size_t i = 0; i < noun->count; i++) {
        const struct command *command = &noun->commands[i];
        int used = fprintf(out, "  %s%s%s", noun->name, command->verb ? " " : "",
                           command->verb ? command->verb : "");
        print_wrapped(out, used > 0 ? (size_t)used : 0, WORDS_INDENT, command->usage);
        used = fprintf(out, "%*s", PURPOSE_INDENT - 1, "");
        print_wrapped(out, used > 0 ? (size_t)used : 0, PURPOSE_INDENT, command->purpose);
    }
}
