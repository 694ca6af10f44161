/*
 * A board as Trello exports it ("Print, export, and share", JSON): lists, cards, checklists, members, and of
 * the actions those that are comments. Trello tells no addresses, so people are found by their names.
 */
#include "domain/import.h"

#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of an array by its id; NULL: none. */
static struct json_object *find(struct json_object *array, const char *id) {
    for (size_t i = 0; array && id && i < json_object_array_length(array); i++) {
        struct json_object *member = json_object_array_get_idx(array, i);
        const char *own = json_object_get_string(json_object_object_get(member, "id"));
        if (own && strcmp(own, id) == 0)
            return member;
    }
    return NULL;
}

static struct import_person person_of(struct import *import, const char *where, struct json_object *member) {
    return (struct import_person){.name = import_member(import, where, member, "fullName"),
                                  .username = import_member(import, where, member, "username")};
}

/* The first eight digits of an id of Trello say when it was made. */
static int64_t time_of_id(const char *id) {
    char digits[9];
    char *end = NULL;
    (void)snprintf(digits, sizeof(digits), "%s", id);
    int64_t time = strtoll(digits, &end, 16);
    return end == digits + sizeof(digits) - 1 ? time : 0;
}

static void add_labels(struct import *import, struct import_task *task, struct json_object *labels) {
    for (size_t i = 0; labels && i < json_object_array_length(labels); i++) {
        struct json_object *label = json_object_array_get_idx(labels, i);
        const char *name = import_member(import, task->where, label, "name");
        /* A label without a name is known by its colour. */
        import_add_label(import, task,
                         name && *name ? name : import_member(import, task->where, label, "color"));
    }
}

/* What is put away, or ticked as done, is done, whatever list it lies in. */
static void set_state(struct import *import, struct import_task *task, struct json_object *board,
                      struct json_object *card) {
    struct json_object *list =
        find(import_array(board, "lists"), import_member(import, task->where, card, "idList"));
    const char *name = import_member(import, task->where, list, "name");
    if (import_flag(card, "closed") || import_flag(list, "closed")) {
        import_note(import, task->where, "it was archived in the list \"%.60s\" and is taken as done",
                    name ? name : "");
        task->status = "done";
    } else if (import_flag(card, "dueComplete")) {
        task->status = "done";
    } else {
        import_set_state(import, task, name);
    }
}

static void read_card(struct import *import, struct json_object *board, struct json_object *card,
                      size_t index) {
    const char *where = arena_print(import->arena, "cards[%zu]", index);
    if (import_flag(card, "isTemplate")) {
        import_note(import, where, "it is a template and not taken");
        return;
    }
    struct import_task *task = import_add(import, where);
    if (!task)
        return;
    task->key = import_member(import, where, card, "id");
    task->title = import_member(import, where, card, "name");
    task->description = import_member(import, where, card, "desc");
    if (!task->key)
        return;
    set_state(import, task, board, card);
    add_labels(import, task, import_array(card, "labels"));
    struct json_object *members = import_array(card, "idMembers");
    for (size_t i = 0; members && i < json_object_array_length(members); i++) {
        const char *id = json_object_get_string(json_object_array_get_idx(members, i));
        import_add_assignee(import, task, person_of(import, where, find(import_array(board, "members"), id)));
    }
    struct json_object *attachments = import_array(card, "attachments");
    for (size_t i = 0; attachments && i < json_object_array_length(attachments); i++)
        import_add_text(import, task,
                        import_member(import, where, json_object_array_get_idx(attachments, i), "url"));
    task->due_on = import_day(import, where, import_member(import, where, card, "due"));
    task->created_at = time_of_id(task->key);
    task->updated_at = import_time(import, where, import_member(import, where, card, "dateLastActivity"));
}

static struct import_task *find_task(struct import *import, const char *key) {
    for (size_t i = 0; key && i < import->count; i++)
        if (import->tasks[i].key && strcmp(import->tasks[i].key, key) == 0)
            return &import->tasks[i];
    return NULL;
}

static void read_checklist(struct import *import, struct json_object *checklist, size_t index) {
    const char *where = arena_print(import->arena, "checklists[%zu]", index);
    struct import_task *task = find_task(import, import_member(import, where, checklist, "idCard"));
    struct json_object *items = import_array(checklist, "checkItems");
    if (!task || !items)
        return;
    struct buffer text = buffer_new(import->arena, 256);
    const char *name = import_member(import, where, checklist, "name");
    buffer_print(&text, "%s\n", name && *name ? name : "-");
    for (size_t i = 0; i < json_object_array_length(items); i++) {
        struct json_object *item = json_object_array_get_idx(items, i);
        const char *state = import_member(import, where, item, "state");
        const char *words = import_member(import, where, item, "name");
        buffer_print(&text, "\n- [%c] %s", state && strcmp(state, "complete") == 0 ? 'x' : ' ',
                     words ? words : "");
    }
    import_add_text(import, task, text.data);
}

static void read_action(struct import *import, struct json_object *action, size_t index) {
    const char *where = arena_print(import->arena, "actions[%zu]", index);
    const char *type = import_member(import, where, action, "type");
    struct json_object *data = json_object_object_get(action, "data");
    struct import_task *task =
        find_task(import, import_member(import, where, json_object_object_get(data, "card"), "id"));
    if (!type || !task)
        return;
    struct import_person person = person_of(import, where, json_object_object_get(action, "memberCreator"));
    if (strcmp(type, "createCard") == 0)
        task->creator = person;
    if (strcmp(type, "commentCard") != 0)
        return;
    import_add_comment(
        import, task,
        (struct import_comment){
            .key = import_member(import, where, action, "id"),
            .author = person,
            .body = import_member(import, where, data, "text"),
            .created_at = import_time(import, where, import_member(import, where, action, "date")),
        });
}

void import_trello(struct import *import, struct span bytes) {
    enum { MOST_ACTIONS = 1000 };
    struct json_object *board = import_json(import, bytes, 1);
    struct json_object *cards = import_array(board, "cards");
    if (board && !cards)
        import_fault(import, NULL, "there are no \"cards\" in it: it is no board of Trello");
    for (size_t i = 0; cards && i < json_object_array_length(cards); i++)
        read_card(import, board, json_object_array_get_idx(cards, i), i);
    struct json_object *checklists = import_array(board, "checklists");
    for (size_t i = 0; checklists && i < json_object_array_length(checklists); i++)
        read_checklist(import, json_object_array_get_idx(checklists, i), i);
    struct json_object *actions = import_array(board, "actions");
    size_t count = actions ? json_object_array_length(actions) : 0;
    if (count >= MOST_ACTIONS)
        import_note(import, NULL,
                    "Trello exports the latest %d actions of a board: older comments are not in the file",
                    MOST_ACTIONS);
    /* The newest stand first. */
    for (size_t i = count; i > 0; i--)
        read_action(import, json_object_array_get_idx(actions, i - 1), i - 1);
    (void)json_object_put(board);
}
