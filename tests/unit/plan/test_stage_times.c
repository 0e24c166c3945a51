/* tests/unit/plan/test_stage_times.c - a lap belongs to the stage that ends it, and parts add up. By a clock that the test moves. */
#include "etl/plan/stage_times.h"

#include "tests/unit/check.h"

static uint64_t now_ns;

static uint64_t told_ns(void *state)
{
    (void)state;
    return now_ns;
}

static const struct clock clock_of_test = { .monotonic_ns = told_ns };

static void a_lap_belongs_to_the_stage_that_ends_it(void **state)
{
    struct stage_times whole = { 0 }, part;

    (void)state;
    now_ns = 1000;
    stage_times_begin(&part, &clock_of_test);
    now_ns = 1300;
    stage_times_lap(&part, STAGE_READ);
    now_ns = 1350;
    stage_times_lap(&part, STAGE_WAIT);
    now_ns = 2350;
    stage_times_lap(&part, STAGE_MAP);
    stage_times_add(&whole, &part);
    stage_times_add(&whole, &part);
    assert_int_equal(whole.ns[STAGE_READ], 600);
    assert_int_equal(whole.ns[STAGE_WAIT], 100);
    assert_int_equal(whole.ns[STAGE_MAP], 2000);
    assert_int_equal(whole.ns[STAGE_WRITE], 0);
    assert_int_equal(stage_times_total_ns(&whole), 2600);
}

static void nobody_asks(void **state)
{
    (void)state;
    stage_times_lap(NULL, STAGE_READ);
}

static void every_stage_has_a_row(void **state)
{
    (void)state;
    for (int i = 0; i < STAGES; i++) {
        assert_non_null(stage_rows[i].name);
        assert_non_null(stage_rows[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lap_belongs_to_the_stage_that_ends_it),
        cmocka_unit_test(nobody_asks),
        cmocka_unit_test(every_stage_has_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
