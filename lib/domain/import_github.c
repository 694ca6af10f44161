/*
 * Issues of GitHub, in either of the shapes that people get them in:
 *
 *     gh issue list --state all --limit 10000 --json
 * number,title,body,author,assignees,labels,state,createdAt, updatedAt,closedAt,comments,milestone,url GET
 * /repos/OWNER/REPOSITORY/issues?state=all (api.github.com), one array or the arrays of all pages behind each
 *         other; comments of GET .../issues/comments may stand in the same arrays
 *
 * GitHub tells names, not addresses.
 */
#include "domain/import.h"

#include "base/buffer.h"

#include <string.h>
#include <strings.h>

/* A member under its name in one shape or the other. */
static const char *either(struct import *import, const char *where, struct json_object *object,
                          const char *one, const char *other) {
    const char *text = import_member(import, where, object, one);
    return text ? text : import_member(import, where, object, other);
}

/* "html_url" of the API is "url" of gh, whose own "url" is another thing. */
static const char *address_of(struct import *import, const char *where, struct json_object *issue) {
    return either(import, where, issue, "html_url", "url");
}

static struct import_person person_of(struct import *import, const char *where, struct json_object *person) {
    return (struct import_person){.name = import_member(import, where, person, "name"),
                                  .username = import_member(import, where, person, "login")};
}

static struct json_object *author_of(struct json_object *object) {
    struct json_object *author = json_object_object_get(object, "user");
    return author ? author : json_object_object_get(object, "author");
}

static void add_comment(struct import *import, struct import_task *task, struct json_object *comment,
                        const char *where) {
    const char *key = address_of(import, where, comment);
    if (!key) {
        import_fault(import, where, "a comment has no \"url\" by which it would be known again");
        return;
    }
    import_add_comment(import, task,
                       (struct import_comment){
                           .key = key,
                           .author = person_of(import, where, author_of(comment)),
                           .body = import_member(import, where, comment, "body"),
                           .created_at = import_time(
                               import, where, either(import, where, comment, "created_at", "createdAt")),
                       });
}

static void add_people_and_labels(struct import *import, struct import_task *task,
                                  struct json_object *issue) {
    struct json_object *assignees = import_array(issue, "assignees");
    for (size_t i = 0; assignees && i < json_object_array_length(assignees); i++)
        import_add_assignee(import, task,
                            person_of(import, task->where, json_object_array_get_idx(assignees, i)));
    struct json_object *labels = import_array(issue, "labels");
    for (size_t i = 0; labels && i < json_object_array_length(labels); i++)
        import_add_label(import, task,
                         import_member(import, task->where, json_object_array_get_idx(labels, i), "name"));
    struct json_object *milestone = json_object_object_get(issue, "milestone");
    import_add_label(import, task, import_member(import, task->where, milestone, "title"));
    task->due_on = import_day(import, task->where, either(import, task->where, milestone, "due_on", "dueOn"));
}

static void read_issue(struct import *import, struct json_object *issue, const char *where) {
    struct import_task *task = import_add(import, where);
    if (!task)
        return;
    task->key = address_of(import, where, issue);
    task->title = import_member(import, where, issue, "title");
    if (!task->key)
        import_fault(import, where,
                     "it has no \"url\" by which it would be known again; is it an issue of GitHub?");
    task->description = import_member(import, where, issue, "body");
    task->creator = person_of(import, where, author_of(issue));
    task->created_at = import_time(import, where, either(import, where, issue, "created_at", "createdAt"));
    task->updated_at = import_time(import, where, either(import, where, issue, "closed_at", "closedAt"));
    if (!task->updated_at)
        task->updated_at =
            import_time(import, where, either(import, where, issue, "updated_at", "updatedAt"));
    const char *state = import_member(import, where, issue, "state");
    if (state && strcasecmp(state, "closed") == 0)
        task->status = "done";
    add_people_and_labels(import, task, issue);
    struct json_object *comments = import_array(issue, "comments");
    for (size_t i = 0; comments && i < json_object_array_length(comments); i++)
        add_comment(import, task, json_object_array_get_idx(comments, i),
                    arena_print(import->arena, "%s.comments[%zu]", where, i));
}

/* The issue that a comment of the API names by its address: only the ends of the two addresses are the same.
 */
static struct import_task *find_issue(struct import *import, const char *issue_url) {
    const char *repository = strstr(issue_url, "/repos/");
    const char *end = repository ? repository + strlen("/repos") : issue_url;
    size_t size = strlen(end);
    for (size_t i = 0; i < import->count; i++) {
        const char *key = import->tasks[i].key;
        size_t key_size = key ? strlen(key) : 0;
        if (key && key_size >= size && strcmp(key + key_size - size, end) == 0)
            return &import->tasks[i];
    }
    return NULL;
}

struct found {
    size_t pulls;
    size_t strays;
};

static void read_item(struct import *import, struct json_object *item, const char *where, bool comments,
                      struct found *found) {
    const char *issue_url = import_member(import, where, item, "issue_url");
    if ((issue_url != NULL) != comments)
        return;
    if (!issue_url) {
        if (json_object_object_get(item, "pull_request"))
            found->pulls++;
        else
            read_issue(import, item, where);
        return;
    }
    struct import_task *task = find_issue(import, issue_url);
    if (task)
        add_comment(import, task, item, where);
    else
        found->strays++;
}

/* Issues first, then the comments that name them. Arrays may lie in arrays: the pages of an answer. */
static void read_array(struct import *import, struct json_object *array, const char *path, bool comments,
                       struct found *found) {
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        struct json_object *item = json_object_array_get_idx(array, i);
        const char *where = arena_print(import->arena, "%s[%zu]", path, i);
        if (json_object_is_type(item, json_type_array))
            read_array(import, item, where, comments, found);
        else
            read_item(import, item, where, comments, found);
    }
}

/* `gh api --paginate` writes the arrays of the pages one behind the other: "][" between them becomes a comma.
 */
static struct span join_pages(struct import *import, struct span bytes) {
    char *text = arena_copy_bytes(import->arena, bytes.text, bytes.size);
    bool is_string = false;
    char *closed = NULL;
    for (char *c = text; c < text + bytes.size; c++) {
        if (is_string) {
            if (*c == '\\')
                c++;
            else
                is_string = *c != '"';
        } else if (*c == '[' && closed) {
            *closed = ',';
            *c = ' ';
            closed = NULL;
        } else if (*c == '"') {
            is_string = true;
        } else if (*c == ']') {
            closed = c;
        } else if (!strchr(" \t\r\n", *c)) {
            closed = NULL;
        }
    }
    return (struct span){text, bytes.size};
}

void import_github(struct import *import, struct span bytes) {
    struct json_object *root = import_json(import, join_pages(import, bytes), 1);
    struct found found = {0};
    if (root && !json_object_is_type(root, json_type_array))
        import_fault(import, NULL, "it is no list of issues, which would begin with \"[\"");
    else if (root) {
        read_array(import, root, "", false, &found);
        read_array(import, root, "", true, &found);
    }
    if (found.pulls)
        import_note(import, NULL, "%zu pull request%s not taken", found.pulls,
                    found.pulls == 1 ? " is" : "s are");
    if (found.strays)
        import_note(import, NULL, "%zu comment%s no issue of the file and not taken", found.strays,
                    found.strays == 1 ? " is about" : "s are about");
    (void)json_object_put(root);
}
