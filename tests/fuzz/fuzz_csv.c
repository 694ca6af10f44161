/* Whatever a table holds is read within bounds, or is a fault with a line; and what we write of it is read as
 * it was. */
#include "fuzz.h"

#include "base/csv.h"
#include "domain/import.h"

/* The same fields again, from a table of one record in our own writing. */
static void write_and_read(struct arena *arena, const struct csv_record *record) {
    struct buffer out = buffer_new(arena, 256);
    buffer_add(&out,
               "\xEF\xBB\xBF"); /* as exports begin: a second such mark is a character of the first field */
    csv_add(&out, record->fields, record->count);
    struct csv again = csv_of(arena, out.data, out.size);
    again.separator = ','; /* one record may have more of another */
    struct csv_record *own = arena_take(arena, sizeof(*own));
    PROMISE(csv_next(&again, own) == CSV_RECORD);
    PROMISE(own->count == record->count);
    for (size_t i = 0; i < own->count; i++)
        PROMISE(strcmp(own->fields[i], record->fields[i]) == 0);
    PROMISE(csv_next(&again, own) == CSV_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = malloc(size + 1); /* as a file is read: with a NUL behind it */
    PROMISE(text);
    memcpy(text, bytes, size);
    text[size] = '\0';
    struct arena *arena = arena_new();
    struct csv csv = csv_of(arena, text, size);
    struct csv_record *record = arena_take(arena, sizeof(*record));
    enum csv_result result;
    unsigned line = 0;
    while ((result = csv_next(&csv, record)) == CSV_RECORD) {
        PROMISE(record->count >= 1 && record->count <= CSV_MOST_FIELDS && record->line > line);
        line = record->line;
        write_and_read(arena, record);
    }
    PROMISE((result == CSV_FAULT) == (csv.fault != NULL));
    PROMISE(csv.line >= line);
    /* And as tasks. */
    struct import import = {.arena = arena, .program = "CSV", .time_zone = "UTC"};
    import_csv(&import, (struct span){text, size});
    for (size_t i = 0; i < import.count && !import.fault_count; i++)
        PROMISE(import.tasks[i].title && import.tasks[i].status && import.tasks[i].label_count <= 20);
    arena_free(arena);
    free(text);
    return 0;
}
