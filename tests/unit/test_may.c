/* Who may what, without a server: what holds of the whole table. tests/security asks each route. */
#include "unit.h"

#include "domain/may.h"

static const struct user member = {.id = 7};
static const struct user admin = {.id = 8, .is_admin = true};
static const struct object of_member = {.creator_id = 7, .person_id = 7};
static const struct object of_nobody = {0};

static void a_verb_that_is_not_named_nobody_may(void **state) {
    (void)state;
    const struct actor actor = actor_of(&admin, SCOPE_SESSION);
    assert_false(may(&actor, VERB_NONE, NULL));
    assert_false(may(&actor, VERB_NONE, &of_member));
}

static void every_verb_is_somebodys(void **state) {
    (void)state;
    const struct actor actor = actor_of(&admin, SCOPE_SESSION);
    for (unsigned verb = VERB_NONE + 1; verb < VERB_COUNT; verb++)
        assert_true(may(&actor, (enum verb)verb, NULL));
}

static void nobody_may_only_what_anybody_may(void **state) {
    (void)state;
    const struct actor nobody = actor_of(NULL, SCOPE_SESSION);
    for (unsigned verb = 0; verb < VERB_COUNT; verb++)
        assert_int_equal(may(&nobody, (enum verb)verb, NULL), verb == VERB_REACH || verb == VERB_USE_LINK);
}

static void a_wider_scope_never_allows_less(void **state) {
    (void)state;
    const struct user *const people[] = {&member, &admin};
    const struct object *const objects[] = {NULL, &of_member, &of_nobody};
    for (size_t who = 0; who < COUNT(people); who++)
        for (size_t what = 0; what < COUNT(objects); what++)
            for (unsigned verb = 0; verb < VERB_COUNT; verb++)
                for (unsigned scope = SCOPE_READ; scope < SCOPE_SESSION; scope++) {
                    const struct actor less = actor_of(people[who], (enum scope)scope);
                    const struct actor more = actor_of(people[who], (enum scope)(scope + 1));
                    assert_true(!may(&less, (enum verb)verb, objects[what]) ||
                                may(&more, (enum verb)verb, objects[what]));
                }
}

static void what_one_may_on_an_object_one_may_on_some_object(void **state) {
    (void)state;
    for (unsigned verb = 0; verb < VERB_COUNT; verb++)
        for (unsigned scope = SCOPE_NONE; scope <= SCOPE_SESSION; scope++) {
            const struct actor actor = actor_of(&member, (enum scope)scope);
            assert_true(!may(&actor, (enum verb)verb, &of_member) || may(&actor, (enum verb)verb, NULL));
        }
}

/* An object that nobody made is not that of somebody without a number, either. */
static void nobodys_things_are_not_theirs_who_act_at_the_server(void **state) {
    (void)state;
    const struct actor at_server = {.scope = SCOPE_SESSION};
    assert_false(may(&at_server, VERB_TASK_DELETE, &of_nobody));
    assert_false(may(&at_server, VERB_PERSON_DELETE, &of_nobody));
}

static void a_token_never_touches_what_secures_the_account(void **state) {
    (void)state;
    for (unsigned scope = SCOPE_NONE; scope < SCOPE_SESSION; scope++) {
        const struct actor actor = actor_of(&admin, (enum scope)scope);
        assert_false(may(&actor, VERB_ACCOUNT_SECURE, NULL));
        assert_false(may(&actor, VERB_PROFILE_EXPORT, NULL));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verb_that_is_not_named_nobody_may),
        cmocka_unit_test(every_verb_is_somebodys),
        cmocka_unit_test(nobody_may_only_what_anybody_may),
        cmocka_unit_test(a_wider_scope_never_allows_less),
        cmocka_unit_test(what_one_may_on_an_object_one_may_on_some_object),
        cmocka_unit_test(nobodys_things_are_not_theirs_who_act_at_the_server),
        cmocka_unit_test(a_token_never_touches_what_secures_the_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
