#pragma once
/*
 * What a pattern is read into. The paths of all its fields are one tree, a node for each step ("detail",
 * "task", "id"). "$or" is multiplied out: a branch is a set of fields that must all hold, numbered from 0,
 * and says for each node which of its fields stand there or below. For pattern_read.c, pattern_test.c and
 * pattern.c only.
 */

#include "base/decimal.h"
#include "domain/pattern.h"

enum test_kind {
    TEST_STRING,
    TEST_PREFIX,
    TEST_SUFFIX,
    TEST_FOLDED, /* "equals-ignore-case" */
    TEST_FOLDED_PREFIX,
    TEST_FOLDED_SUFFIX,
    TEST_WILDCARD,
    TEST_NUMBER,
    TEST_RANGE, /* "numeric" */
    TEST_TRUE,
    TEST_FALSE,
    TEST_NULL,
    TEST_EXISTS,
    TEST_CIDR,
    TEST_ANYTHING_BUT,
};

/* A character whose case does not count: what may stand for it. No spelling begins or ends another. */
struct letter {
    uint8_t count;
    uint8_t sizes[3];
    char spellings[3][4];
};

struct letters {
    const struct letter *list;
    size_t count;
};

/* "a*b*": what stands before, between and behind the stars. One piece: no star. */
struct pieces {
    const struct span *list;
    size_t count;
};

struct range {
    struct decimal low, high;
    bool has_low, has_high;
    bool takes_low, takes_high; /* the bound itself */
};

struct block {
    int family; /* AF_INET, AF_INET6 */
    unsigned bits;
    unsigned char address[16];
};

struct test {
    enum test_kind kind;
    union {
        struct span text;
        struct letters letters;
        struct pieces pieces;
        struct decimal number;
        struct range range;
        struct block block;
        struct tests {
            const struct test *list;
            size_t count;
        } none_of;
    };
};

struct field {
    struct tests any_of;
    bool may_be_absent;
};

/* From a node's object to a value: one key, for one step, or for several where an event's key holds dots. */
struct edge {
    const char *key;
    unsigned long hash; /* json-c's, of the key */
    size_t node;
    const struct edge *dotted; /* of a one-step edge: those that begin with its step, and take further ones */
    size_t dotted_count;
};

struct node {
    const struct edge *edges; /* one step each */
    size_t edge_count;
};

typedef uint64_t field_set;

enum { NO_FIELD = PATTERN_MOST_FIELDS };

struct branch {
    const struct field *fields;
    const field_set *below; /* for each node: the fields there or further down */
    const uint8_t *at;      /* for each node: the field there, or NO_FIELD */
    field_set optional;     /* fields that may be absent */
};

struct pattern {
    const struct node *nodes; /* the first is the event itself */
    const struct branch *branches;
    size_t branch_count;
};

/* True if a leaf of an event (neither object nor array; NULL is null) meets one of the tests. */
bool pattern_test_leaf(const struct tests *any_of, struct json_object *leaf);
