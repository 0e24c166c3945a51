/* tests/unit/connection/test_pace.c - etl/connection/pace.h: so many a second, none during a pause, longer waits after each failure. */
#include "etl/connection/pace.h"

#include "tests/unit/check.h"

static void one_at_first_then_so_many_a_second(void **state)
{
    struct pace p = pace_from(20, 1000);

    assert_int_equal(pace_allows(&p, 1000), 1);
    pace_take(&p);
    assert_int_equal(pace_allows(&p, 1000), 0);
    assert_int_equal(pace_pause_ms(&p, 1000), 51); /* a twentieth of a second, and one more against rounding */
    assert_int_equal(pace_allows(&p, 1050), 1);
    (void)state;
}

static void what_is_not_used_is_kept_for_a_tenth_of_a_second(void **state)
{
    struct pace fast = pace_from(1000, 0), slow = pace_from(2, 0);

    assert_int_equal(pace_allows(&fast, 60000), 100);
    assert_int_equal(pace_allows(&slow, 60000), 1); /* one at least */
    (void)state;
}

static void a_pause_holds_everything_back(void **state)
{
    struct pace p = pace_from(1000, 0);

    pace_hold(&p, 500);
    pace_hold(&p, 300); /* the later one holds */
    assert_int_equal(pace_allows(&p, 499), 0);
    assert_int_equal(pace_pause_ms(&p, 499), 1);
    assert_int_equal(pace_allows(&p, 500), 100);
    (void)state;
}

static void the_wait_doubles_up_to_thirty_seconds(void **state)
{
    static const struct {
        unsigned failures;
        uint64_t least, most;
    } cases[] = { { 1, 125, 250 }, { 2, 250, 500 }, { 7, 8000, 16000 }, { 8, 15000, 30000 }, { 100, 15000, 30000 } };
    struct random random;

    random_seed(&random, 7);
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int k = 0; k < 100; k++)
            assert_in_range(pace_backoff_ms(&random, cases[i].failures), cases[i].least, cases[i].most);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_first_then_so_many_a_second),
        cmocka_unit_test(what_is_not_used_is_kept_for_a_tenth_of_a_second),
        cmocka_unit_test(a_pause_holds_everything_back),
        cmocka_unit_test(the_wait_doubles_up_to_thirty_seconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
