/*
 * One walk down the event, with the set of fields that lie below. An object asks each of its members for the
 * fields that go there. An array takes one element for all of them: so two fields never match from different
 * elements. A set that is met by leaves that are not there (ABSENT) is told apart from one that is met by
 * some that are (FOUND): only the latter chooses an element.
 */
#include "domain/pattern_form.h"

#include <json-c/json.h>

enum verdict { FAILED, ABSENT, FOUND };

/* A place in the walk: a node of the paths, and of its fields those to be met, and those that may be absent.
 */
struct place {
    const struct pattern *pattern;
    const struct branch *branch;
    size_t node;
    field_set fields;
    field_set optional; /* among `fields` */
    unsigned *tries_left;
};

/* How often a second way to meet the fields is tried for one branch, where there can be too many. */
enum { MOST_TRIES = 4096 };

static enum verdict match_value(const struct place *place, struct json_object *value);

static enum verdict absent(field_set fields, field_set optional) {
    return fields & ~optional ? FAILED : ABSENT;
}

static bool may_try(const struct place *place) {
    if (!*place->tries_left)
        return false;
    --*place->tries_left;
    return true;
}

/* The field whose path ends here, as a set; empty: none, or not asked for. */
static field_set own_field(const struct place *place) {
    uint8_t field = place->branch->at[place->node];
    return field == NO_FIELD ? 0 : ((field_set)1 << field) & place->fields;
}

static bool leaf_matches(const struct place *place, struct json_object *leaf) {
    return pattern_test_leaf(&place->branch->fields[place->branch->at[place->node]].any_of, leaf);
}

static enum verdict match_leaf(const struct place *place, struct json_object *leaf) {
    field_set own = own_field(place);
    if (absent(place->fields & ~own, place->optional) == FAILED)
        return FAILED;
    if (!own)
        return ABSENT;
    return leaf_matches(place, leaf) ? FOUND : FAILED;
}

/* The value that an edge leads to, of those that have a field to meet. */
static bool find(const struct place *place, struct lh_table *members, const struct edge *edge,
                 struct json_object **value) {
    if (!(place->branch->below[edge->node] & place->fields))
        return false;
    struct lh_entry *entry = lh_table_lookup_entry_w_hash(members, edge->key, edge->hash);
    if (!entry)
        return false;
    *value = (struct json_object *)lh_entry_v(entry);
    return true;
}

static struct place below(const struct place *place, const struct edge *edge) {
    struct place next = *place;
    next.node = edge->node;
    next.fields &= place->branch->below[edge->node];
    next.optional &= next.fields;
    return next;
}

/* Of the ways into an edge's subtree (its own key, then the dotted ones) the first from `*way` on that the
 * object has; *way is moved behind it. */
static const struct edge *next_way(const struct place *place, struct lh_table *members,
                                   const struct edge *edge, size_t *way, struct json_object **value) {
    while (*way <= edge->dotted_count) {
        const struct edge *tried = *way ? &edge->dotted[*way - 1] : edge;
        (*way)++;
        if (find(place, members, tried, value))
            return tried;
    }
    return NULL;
}

/* The fields that one way meets, each by itself. */
static field_set able_fields(const struct place *next, struct json_object *value) {
    field_set able = 0;
    for (field_set left = next->fields; left; left &= left - 1) {
        struct place alone = *next;
        alone.fields = left & (~left + 1);
        alone.optional = 0;
        if (match_value(&alone, value) == FOUND)
            able |= alone.fields;
    }
    return able;
}

/* What no way met must be absent from all. */
static enum verdict match_rest(const struct place *place, struct lh_table *members, const struct edge *edge) {
    enum verdict verdict = absent(place->fields, place->optional);
    size_t way = 0;
    struct json_object *value = NULL;
    const struct edge *found = NULL;
    while (verdict == ABSENT && (found = next_way(place, members, edge, &way, &value))) {
        struct place next = below(place, found);
        verdict = match_value(&next, value) == ABSENT ? ABSENT : FAILED;
    }
    return verdict;
}

/*
 * {"a":{"b":1},"a.b":2} has two ways to the path a.b, so fields are shared out among them: any share, tried
 * from the greatest on. Events of ours have no such keys; whoever writes one to keep us busy gets no match
 * when the tries are used up.
 */
static enum verdict match_ways(const struct place *place, struct lh_table *members, const struct edge *edge,
                               size_t way) {
    struct json_object *value = NULL;
    const struct edge *found = next_way(place, members, edge, &way, &value);
    if (!found)
        return match_rest(place, members, edge);
    if (!may_try(place))
        return FAILED;
    struct place next = below(place, found);
    field_set able = able_fields(&next, value);
    for (field_set share = able; may_try(place); share = (share - 1) & able) {
        struct place part = next;
        part.fields = share;
        part.optional = 0;
        if (!share || match_value(&part, value) == FOUND) {
            struct place rest = *place;
            rest.fields &= ~share;
            rest.optional &= ~share;
            enum verdict verdict = rest.fields ? match_ways(&rest, members, edge, way) : FOUND;
            if (verdict != FAILED)
                return share ? FOUND : verdict;
        }
        if (!share)
            break;
    }
    return FAILED;
}

/* The fields below one step. Nearly always there is one way or none. */
static enum verdict match_member(const struct place *place, struct lh_table *members,
                                 const struct edge *edge) {
    struct place here = *place;
    here.fields &= place->branch->below[edge->node];
    here.optional &= here.fields;
    size_t way = 0;
    struct json_object *value = NULL;
    struct json_object *other = NULL;
    const struct edge *found = next_way(&here, members, edge, &way, &value);
    if (!found)
        return absent(here.fields, here.optional);
    if (next_way(&here, members, edge, &way, &other))
        return match_ways(&here, members, edge, 0);
    struct place next = below(&here, found);
    if (absent(here.fields & ~next.fields, here.optional) == FAILED)
        return FAILED;
    return match_value(&next, value);
}

static enum verdict match_object(const struct place *place, struct json_object *object) {
    field_set own = own_field(place);
    if (absent(own, place->optional) == FAILED)
        return FAILED;
    const struct node *node = &place->pattern->nodes[place->node];
    struct lh_table *members = json_object_get_object(object);
    enum verdict result = ABSENT;
    for (size_t i = 0; i < node->edge_count; i++) {
        if (!(place->branch->below[node->edges[i].node] & place->fields))
            continue;
        enum verdict verdict = match_member(place, members, &node->edges[i]);
        if (verdict == FAILED)
            return FAILED;
        if (verdict == FOUND)
            result = FOUND;
    }
    return result;
}

static bool is_leaf(struct json_object *value) {
    json_type type = json_object_get_type(value);
    return type != json_type_object && type != json_type_array;
}

/* The field that ends at this array, against its leaves, which bind no other field to an element. True: met.
 * Leaves that do not meet it leave it present. */
static bool match_own_leaves(struct place *place, struct json_object *array) {
    field_set own = own_field(place);
    size_t count = own ? json_object_array_length(array) : 0;
    for (size_t i = 0; i < count; i++) {
        struct json_object *element = json_object_array_get_idx(array, i);
        if (!is_leaf(element))
            continue;
        place->optional &= ~own;
        if (leaf_matches(place, element)) {
            place->fields &= ~own;
            return true;
        }
    }
    return false;
}

/* One element for all fields; ABSENT: none is there in any. */
static enum verdict match_elements(const struct place *place, struct json_object *array) {
    enum verdict all = absent(place->fields, place->optional);
    size_t count = json_object_array_length(array);
    for (size_t i = 0; i < count; i++) {
        struct json_object *element = json_object_array_get_idx(array, i);
        enum verdict verdict = is_leaf(element) ? ABSENT : match_value(place, element);
        if (verdict == FOUND)
            return FOUND;
        if (verdict == FAILED)
            all = FAILED;
    }
    return all;
}

static enum verdict match_array(const struct place *place, struct json_object *array) {
    struct place rest = *place;
    bool is_own_found = match_own_leaves(&rest, array);
    if (!rest.fields)
        return FOUND;
    enum verdict verdict = match_elements(&rest, array);
    if (!is_own_found)
        return verdict;
    if (verdict != FAILED)
        return FOUND;
    /* A field that is present in some element only may be absent beside a leaf of our own in another: [1,[1],
     * {"b":1}] has a = 1 without a.b, in its second. */
    rest.fields = place->fields;
    return rest.optional && may_try(place) ? match_elements(&rest, array) : FAILED;
}

static enum verdict match_value(const struct place *place, struct json_object *value) {
    switch ((int)json_object_get_type(value)) {
    case json_type_object:
        return match_object(place, value);
    case json_type_array:
        return match_array(place, value);
    default:
        return match_leaf(place, value);
    }
}

bool pattern_matches(const struct pattern *pattern, struct json_object *event) {
    if (!json_object_is_type(event, json_type_object))
        return false;
    for (size_t i = 0; i < pattern->branch_count; i++) {
        const struct branch *branch = &pattern->branches[i];
        unsigned tries = MOST_TRIES;
        struct place place = {.pattern = pattern,
                              .branch = branch,
                              .fields = branch->below[0],
                              .optional = branch->optional,
                              .tries_left = &tries};
        if (match_object(&place, event) != FAILED)
            return true;
    }
    return false;
}
