/*
 * From text to the form of pattern_form.h. While reading, a branch of "$or" is a chain of the fields written
 * so far, latest first: branches share what stood before they parted, and a field that is written again
 * counts as it stands last.
 */
#include "domain/pattern_operator.h"

#include "base/buffer.h"
#include "base/json_check.h"

#include <assert.h>
#include <json-c/json.h>
#include <string.h>

/* A node of the paths, as it grows. The event itself is the first and its own parent. */
struct step {
    struct span name;
    size_t parent;
    size_t depth;
};

struct written {
    const struct written *before;
    const struct field *field;
    size_t node;
};

typedef const struct written *chain;

struct chains {
    chain *list;
    size_t count;
};

struct reading {
    struct pattern_reader reader; /* the text, the place, the error */
    struct step *steps;
    size_t step_count;
    struct chains chains;
};

struct member {
    struct span key;
    const char *value; /* in the text */
    bool is_repeated;  /* the key comes again */
};

struct members {
    struct member *list;
    size_t count;
    const char *end; /* behind the object, in the text */
};

static bool same(struct span one, struct span other) {
    return one.size == other.size && memcmp(one.text, other.text, one.size) == 0;
}

static bool is_control(char byte) {
    return (unsigned char)byte < ' ' || byte == 0x7F;
}

/* Control characters of a key do not reach the administrator's terminal. */
static const char *path_text(struct reading *reading, size_t node) {
    size_t nodes[PATTERN_MOST_DEPTH + 1] = {0};
    size_t count = 0;
    for (; node && count < COUNT(nodes); node = reading->steps[node].parent)
        nodes[count++] = node;
    struct buffer path = buffer_new(reading->reader.pull.arena, 64);
    while (count--) {
        struct span name = reading->steps[nodes[count]].name;
        for (size_t i = 0; i < name.size; i++)
            buffer_add_char(&path, (char)(is_control(name.text[i]) ? '?' : name.text[i]));
        if (count)
            buffer_add_char(&path, '.');
    }
    return path.data;
}

/* Says where faults are from now on. */
static void stand_at(struct reading *reading, size_t node) {
    reading->reader.place = node ? path_text(reading, node) : "the pattern";
}

static bool take_step(struct reading *reading, size_t *node, struct span name) {
    for (size_t i = 1; i < reading->step_count; i++) {
        if (reading->steps[i].parent == *node && same(reading->steps[i].name, name)) {
            *node = i;
            return true;
        }
    }
    size_t depth = reading->steps[*node].depth + 1;
    if (depth > PATTERN_MOST_DEPTH)
        return pattern_fault(&reading->reader, "a path has at most %d steps", PATTERN_MOST_DEPTH);
    reading->steps =
        arena_grow(reading->reader.pull.arena, reading->steps, reading->step_count, sizeof(*reading->steps));
    reading->steps[reading->step_count] = (struct step){.name = name, .parent = *node, .depth = depth};
    *node = reading->step_count++;
    return true;
}

/* A key with dots takes as many steps. */
static bool take_key(struct reading *reading, size_t *node, struct span key) {
    for (;;) {
        const char *dot = memchr(key.text, '.', key.size);
        struct span name = {key.text, dot ? (size_t)(dot - key.text) : key.size};
        if (!take_step(reading, node, name))
            return false;
        stand_at(reading, *node);
        if (!dot)
            return true;
        key = (struct span){dot + 1, key.size - name.size - 1};
    }
}

/* The members of the object that is next, which is left. Only the last of a repeated key counts. */
static struct members read_members(struct json_pull *pull) {
    struct members members = {0};
    json_pull_enter(pull);
    while (json_pull_more(pull)) {
        members.list = arena_grow(pull->arena, members.list, members.count, sizeof(*members.list));
        struct member *member = &members.list[members.count++];
        *member = (struct member){.key = json_pull_key(pull)};
        member->value = pull->at;
        json_pull_skip(pull);
        for (size_t i = 0; i + 1 < members.count; i++)
            members.list[i].is_repeated |= same(members.list[i].key, member->key);
    }
    members.end = pull->at;
    return members;
}

static bool read_object(struct reading *reading, size_t node);

/* The same field in each branch. */
static void write_field(struct reading *reading, size_t node, const struct field *field) {
    struct chains *chains = &reading->chains;
    struct chains next = {arena_take_array(reading->reader.pull.arena, chains->count, sizeof(chain)),
                          chains->count};
    for (size_t i = 0; i < chains->count; i++) {
        struct written *written = arena_take(reading->reader.pull.arena, sizeof(*written));
        *written = (struct written){.before = chains->list[i], .field = field, .node = node};
        next.list[i] = written;
    }
    *chains = next;
}

static bool read_field(struct reading *reading, size_t node) {
    struct field *field = arena_take(reading->reader.pull.arena, sizeof(*field));
    if (!pattern_read_tests(&reading->reader, field))
        return false;
    write_field(reading, node, field);
    return true;
}

/* What an array under "$or" holds. */
struct alternatives {
    size_t count;
    size_t objects;
    size_t operators; /* objects whose first key is an operator's name */
    const char *operator_name;
};

static struct alternatives look_ahead(struct json_pull pull) {
    struct alternatives found = {0};
    json_pull_enter(&pull);
    for (; json_pull_more(&pull); found.count++) {
        if (json_pull_peek(&pull) != '{') {
            json_pull_skip(&pull);
            continue;
        }
        found.objects++;
        struct members members = read_members(&pull);
        for (size_t i = 0; i < members.count; i++) {
            if (pattern_is_operator(members.list[i].key)) {
                found.operators++;
                found.operator_name = members.list[i].key.text;
                break;
            }
        }
    }
    return found;
}

static bool add_chains(struct reading *reading, struct chains *all, struct chains more) {
    if (all->count + more.count > PATTERN_MOST_BRANCHES)
        return pattern_fault(&reading->reader,
                             "all \"$or\" together, multiplied, make more than %d alternatives",
                             PATTERN_MOST_BRANCHES);
    memcpy(all->list + all->count, more.list, more.count * sizeof(chain));
    all->count += more.count;
    return true;
}

/* Each object goes on from the branches that there are now; what they become, together, are the branches. */
static bool read_alternatives(struct reading *reading, size_t node) {
    struct json_pull *pull = &reading->reader.pull;
    const struct chains before = reading->chains;
    struct chains all = {arena_take_array(pull->arena, PATTERN_MOST_BRANCHES, sizeof(chain)), 0};
    const char *place = reading->reader.place;
    json_pull_enter(pull);
    while (json_pull_more(pull)) {
        reading->chains = before;
        if (!read_object(reading, node))
            return false;
        reading->reader.place = place;
        if (!add_chains(reading, &all, reading->chains))
            return false;
    }
    reading->chains = all;
    return true;
}

/* "$or" in the object of `node`: alternatives, or a field of this name. */
static bool read_or(struct reading *reading, size_t node, struct span key) {
    size_t own = node;
    if (!take_key(reading, &own, key))
        return false;
    if (json_pull_peek(&reading->reader.pull) == '{')
        return read_object(reading, own);
    if (json_pull_peek(&reading->reader.pull) != '[')
        return pattern_fault(&reading->reader, "the value must be an array or an object");
    struct alternatives found = look_ahead(reading->reader.pull);
    bool are_objects = found.count && found.objects == found.count;
    if (!are_objects || found.operators == found.count)
        return read_field(reading, own);
    if (found.operators)
        return pattern_fault(&reading->reader,
                             "an alternative cannot have the operator's name \"%s\" as a field",
                             found.operator_name);
    if (found.count < 2)
        return pattern_fault(&reading->reader, "two or more alternatives are needed");
    return read_alternatives(reading, node);
}

static bool read_member(struct reading *reading, size_t node, struct span key) {
    if (same(key, (struct span){"$or", 3}))
        return read_or(reading, node, key);
    if (!take_key(reading, &node, key))
        return false;
    switch (json_pull_peek(&reading->reader.pull)) {
    case '{':
        return read_object(reading, node);
    case '[':
        return read_field(reading, node);
    default:
        return pattern_fault(&reading->reader, "the value must stand in an array, as in [\"x\"]");
    }
}

static bool read_object(struct reading *reading, size_t node) {
    struct members members = read_members(&reading->reader.pull);
    if (!members.count)
        return pattern_fault(&reading->reader, "an object needs at least one field");
    const char *place = reading->reader.place;
    for (size_t i = 0; i < members.count; i++) {
        const struct chains before = reading->chains;
        reading->reader.place = place;
        reading->reader.pull.at = members.list[i].value;
        if (!read_member(reading, node, members.list[i].key))
            return false;
        if (members.list[i].is_repeated) /* right in itself, but it does not count */
            reading->chains = before;
    }
    reading->reader.pull.at = members.end;
    return true;
}

/* The key that leads from one node to another below it. */
static struct edge make_edge(struct reading *reading, struct lh_table *hashes, size_t from, size_t to) {
    size_t nodes[PATTERN_MOST_DEPTH];
    size_t count = 0;
    for (size_t node = to; node != from; node = reading->steps[node].parent)
        nodes[count++] = node;
    struct buffer key = buffer_new(reading->reader.pull.arena, 32);
    while (count--) {
        buffer_add_bytes(&key, reading->steps[nodes[count]].name.text,
                         reading->steps[nodes[count]].name.size);
        if (count)
            buffer_add_char(&key, '.');
    }
    return (struct edge){.key = key.data, .hash = lh_get_hash(hashes, key.data), .node = to};
}

/* The edges of one step each; `into` gets for each node the one that ends there, NULL for nodes without
 * fields. */
static struct node *make_nodes(struct reading *reading, struct lh_table *hashes, const bool *is_used,
                               struct edge **into) {
    struct arena *arena = reading->reader.pull.arena;
    size_t *counts = arena_take_array(arena, reading->step_count, sizeof(*counts));
    for (size_t i = 1; i < reading->step_count; i++)
        counts[reading->steps[i].parent] += is_used[i];
    struct node *nodes = arena_take_array(arena, reading->step_count, sizeof(*nodes));
    struct edge **edges = arena_take_array(arena, reading->step_count, sizeof(struct edge *));
    for (size_t i = 0; i < reading->step_count; i++)
        nodes[i].edges = edges[i] = arena_take_array(arena, counts[i], sizeof(struct edge));
    for (size_t i = 1; i < reading->step_count; i++) {
        if (!is_used[i])
            continue;
        size_t parent = reading->steps[i].parent;
        into[i] = &edges[parent][nodes[parent].edge_count++];
        *into[i] = make_edge(reading, hashes, parent, i);
    }
    return nodes;
}

/* To the edge that takes a path's first step the keys that take more of it. */
static void add_dotted(struct reading *reading, struct lh_table *hashes, struct edge **into) {
    struct arena *arena = reading->reader.pull.arena;
    size_t *counts = arena_take_array(arena, reading->step_count, sizeof(*counts));
    struct edge **lists = arena_take_array(arena, reading->step_count, sizeof(struct edge *));
    for (size_t i = 1; i < reading->step_count; i++)
        for (size_t above = reading->steps[i].parent; into[i] && above; above = reading->steps[above].parent)
            counts[above]++;
    for (size_t i = 1; i < reading->step_count; i++) {
        if (!into[i])
            continue;
        into[i]->dotted = lists[i] = arena_take_array(arena, counts[i], sizeof(struct edge));
        for (size_t above = reading->steps[i].parent; above; above = reading->steps[above].parent)
            lists[above][into[above]->dotted_count++] =
                make_edge(reading, hashes, reading->steps[above].parent, i);
    }
}

static bool make_branch(struct reading *reading, const struct written *last, struct branch *branch,
                        bool *is_used) {
    struct arena *arena = reading->reader.pull.arena;
    struct field *fields = arena_take_array(arena, PATTERN_MOST_FIELDS, sizeof(*fields));
    field_set *below = arena_take_array(arena, reading->step_count, sizeof(*below));
    uint8_t *at = arena_take(arena, reading->step_count);
    memset(at, NO_FIELD, reading->step_count);
    uint8_t count = 0;
    for (const struct written *written = last; written; written = written->before) {
        if (at[written->node] != NO_FIELD)
            continue; /* written again later */
        if (count == PATTERN_MOST_FIELDS)
            return pattern_fault(&reading->reader, "more than %d fields must hold at once",
                                 PATTERN_MOST_FIELDS);
        field_set own = (field_set)1 << count;
        fields[count] = *written->field;
        branch->optional |= written->field->may_be_absent ? own : 0;
        at[written->node] = count++;
        below[0] |= own;
        for (size_t node = written->node; node; node = reading->steps[node].parent) {
            below[node] |= own;
            is_used[node] = true;
        }
    }
    branch->fields = fields;
    branch->below = below;
    branch->at = at;
    return true;
}

static const struct pattern *make_pattern(struct reading *reading) {
    struct arena *arena = reading->reader.pull.arena;
    struct pattern *pattern = arena_take(arena, sizeof(*pattern));
    struct branch *branches = arena_take_array(arena, reading->chains.count, sizeof(*branches));
    bool *is_used = arena_take_array(arena, reading->step_count, sizeof(*is_used));
    reading->reader.place = "the pattern";
    for (size_t i = 0; i < reading->chains.count; i++)
        if (!make_branch(reading, reading->chains.list[i], &branches[i], is_used))
            return NULL;
    struct json_object *object = json_object_new_object();
    assert(object);
    struct lh_table *hashes = json_object_get_object(object);
    struct edge **into = arena_take_array(arena, reading->step_count, sizeof(struct edge *));
    pattern->nodes = make_nodes(reading, hashes, is_used, into);
    add_dotted(reading, hashes, into);
    (void)json_object_put(object);
    pattern->branches = branches;
    pattern->branch_count = reading->chains.count;
    return pattern;
}

const struct pattern *pattern_parse(struct arena *arena, const char *text, size_t size, const char **error) {
    if (size > PATTERN_MOST_BYTES) {
        *error = arena_print(arena, "the pattern: more than %d bytes", PATTERN_MOST_BYTES);
        return NULL;
    }
    struct json_check_result check = json_check_repeating(text, size, PATTERN_MOST_DEPTH);
    if (check.fault != JSON_GOOD) {
        *error = arena_print(arena, "byte %zu: %s", check.offset + 1, json_fault_text(check.fault));
        return NULL;
    }
    struct reading reading = {
        .reader = {.pull = {.arena = arena, .at = text, .end = text + size}, .place = "the pattern"},
        .steps = arena_grow(arena, NULL, 0, sizeof(struct step)),
        .step_count = 1,
        .chains = {arena_take_array(arena, 1, sizeof(chain)), 1}, /* one branch, without fields yet */
    };
    const struct pattern *pattern = NULL;
    if (json_pull_peek(&reading.reader.pull) != '{')
        (void)pattern_fault(&reading.reader, "it must be a JSON object");
    else if (read_object(&reading, 0))
        pattern = make_pattern(&reading);
    *error = reading.reader.error;
    return pattern;
}
