/* What a mail tells its reader: others' changes only, each field once, from where it was to where it is. */
#include "domain/delivery.h"

#include <string.h>

static struct event_change *find_change(struct delivery_content *content, const char *field) {
    for (size_t i = 0; i < content->change_count; i++)
        if (strcmp(content->changes[i].field, field) == 0)
            return &content->changes[i];
    return NULL;
}

static void add_changes(struct delivery_content *content, const struct event *event) {
    for (size_t i = 0; i < event->change_count; i++) {
        const struct event_change *change = &event->changes[i];
        struct event_change *net = find_change(content, change->field);
        if (!net) {
            content->changes[content->change_count++] = *change;
        } else {
            net->to = change->to;
            net->to_id = change->to_id;
            net->to_name = change->to_name;
        }
    }
}

/* A -> B -> A is nothing. */
static void drop_undone(struct delivery_content *content) {
    size_t kept = 0;
    for (size_t i = 0; i < content->change_count; i++)
        if (strcmp(content->changes[i].from, content->changes[i].to) != 0)
            content->changes[kept++] = content->changes[i];
    content->change_count = kept;
}

static void add_event(struct delivery_content *content, const struct event *event, bool is_first) {
    content->has_several_actors |= !is_first && content->actor.id != event->actor.id;
    content->actor = event->actor;
    content->at = event->at;
    if (strcmp(event->type, "task.created") == 0)
        content->is_created = true;
    else if (strcmp(event->type, "task.deleted") == 0 && content->is_restored)
        content->is_restored = false;
    else if (strcmp(event->type, "task.deleted") == 0)
        content->is_deleted = true;
    else if (strcmp(event->type, "task.restored") == 0 && content->is_deleted)
        content->is_deleted = false;
    else if (strcmp(event->type, "task.restored") == 0)
        content->is_restored = true;
    if (event->comment)
        content->comments[content->comment_count++] = *event;
    add_changes(content, event);
}

static enum reason find_reason(const struct delivery_content *content, int64_t reader) {
    if (content->task.assignee.id == reader)
        return REASON_ASSIGNEE;
    return content->task.creator.id == reader ? REASON_CREATOR : REASON_WAS_ASSIGNEE;
}

enum outcome delivery_content(struct db *db, struct arena *arena, const struct delivery *delivery,
                              struct delivery_content *content) {
    struct event *events = NULL;
    size_t count = 0;
    struct delivery_content found = {0};
    enum outcome outcome = task_find(db, arena, delivery->task_id, true, &found.task);
    if (outcome == OUTCOME_OK)
        outcome = event_range(db, arena, delivery->task_id, delivery->first_event_id, delivery->last_event_id,
                              &events, &count);
    if (outcome != OUTCOME_OK)
        return outcome;
    size_t most_changes = 0;
    for (size_t i = 0; i < count; i++)
        most_changes += events[i].change_count;
    found.changes = arena_take_array(arena, most_changes, sizeof(*found.changes));
    found.comments = arena_take_array(arena, count, sizeof(*found.comments));
    size_t told = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].actor.id != delivery->recipient.id)
            add_event(&found, &events[i], told++ == 0);
    drop_undone(&found);
    /* Made and thrown away again before anybody was told. */
    bool never_was = found.is_created && found.is_deleted;
    bool tells = found.is_created || found.is_deleted || found.is_restored || found.change_count ||
                 found.comment_count;
    found.is_empty = never_was || !tells;
    found.reason = find_reason(&found, delivery->recipient.id);
    *content = found;
    return OUTCOME_OK;
}
