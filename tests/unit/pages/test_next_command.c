/* tests/unit/pages/test_next_command.c - etl/pages/next_command.h: each state of a run has its next command, written as a shell takes it. */
#include "etl/pages/next_command.h"

#include "tests/unit/check.h"

static struct config_connection own = { .name = BYTES("mine"), .provider = BYTES("ispn") };
static const struct config      config = { .connections = &own, .connection_count = 1 };

static struct run_status planned(const struct run_folder *run, uint64_t lanes)
{
    struct run_status s = { .run = run, .counts = { .calls = 2 * lanes, .lanes = lanes } };

    s.facts.provider = STR("ispn");
    s.facts.calls = 2 * lanes;
    s.counts.by_state[CALL_PENDING] = 2 * lanes;
    return s;
}

struct bench {
    struct arena      mem;
    struct run_folder run;
};

static struct next_command next_of(struct bench *b, const struct run_status *s, const char *typed)
{
    struct next_command next;

    next_command_find(s, &config, typed, &b->mem, &next);
    return next;
}

static void begin(struct bench *b)
{
    arena_init(&b->mem, 1 << 20, "a test");
    b->run = (struct run_folder){ .path = "run 1" };
}

static void a_new_plan_is_tested(void **state)
{
    struct bench      b;
    struct run_status s;

    (void)state;
    begin(&b);
    s = planned(&b.run, 3);
    assert_is(next_of(&b, &s, NULL).command, "subferry test 'run 1' --connection mine");
    assert_is(next_of(&b, &s, "it's.yaml").command, "subferry test 'run 1' --connection mine -c 'it'\\''s.yaml'");
    arena_release(&b.mem);
}

static void a_tested_plan_is_applied(void **state)
{
    struct ledger_rung test = { .name = BYTES("test"), .connection = BYTES("mine") };
    struct bench       b;
    struct run_status  s;

    (void)state;
    begin(&b);
    s = planned(&b.run, 10);
    s.rungs = &test;
    s.rung_count = 1;
    assert_is(next_of(&b, &s, NULL).command, "subferry apply 'run 1' --connection mine");
    s.counts.lanes = 11; /* more than the canary */
    assert_is(next_of(&b, &s, NULL).command, "subferry apply 'run 1' --connection mine --limit 10");
    s.first_refused_in_test = STR("1001");
    assert_is(next_of(&b, &s, NULL).command, "subferry explain 'run 1' 1001");
    assert_is(next_of(&b, &s, NULL).then, "subferry apply 'run 1' --connection mine --limit 10");
    arena_release(&b.mem);
}

static void what_is_in_the_way_is_said(void **state)
{
    struct bench      b;
    struct run_status s;

    (void)state;
    begin(&b);
    s = planned(&b.run, 3);
    s.seal_fault = STR("plan.jsonl was changed");
    assert_null(next_of(&b, &s, NULL).command.ptr);
    s.holder = 4711;
    assert_is(next_of(&b, &s, NULL).why, "process 4711 works on it; ask again when it has ended");
    arena_release(&b.mem);
}

static void a_run_that_ended_badly_is_explained(void **state)
{
    struct bench      b;
    struct run_status s;

    (void)state;
    begin(&b);
    s = planned(&b.run, 3);
    s.bound.connection = STR("mine");
    assert_is(next_of(&b, &s, NULL).command, "subferry apply 'run 1' --connection mine");
    s.counts.by_state[CALL_PENDING] = 0;
    s.counts.by_state[CALL_REFUSED] = 1;
    s.first_lane[CALL_REFUSED] = STR("1002");
    assert_is(next_of(&b, &s, NULL).command, "subferry explain 'run 1' 1002");
    s.counts.by_state[CALL_UNCERTAIN] = 1;
    s.first_lane[CALL_UNCERTAIN] = STR("1003");
    assert_is(next_of(&b, &s, NULL).command, "subferry explain 'run 1' 1003");
    s.counts.by_state[CALL_REFUSED] = s.counts.by_state[CALL_UNCERTAIN] = 0;
    assert_is(next_of(&b, &s, NULL).why, "nothing is left to do");
    arena_release(&b.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_plan_is_tested),
        cmocka_unit_test(a_tested_plan_is_applied),
        cmocka_unit_test(what_is_in_the_way_is_said),
        cmocka_unit_test(a_run_that_ended_badly_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
