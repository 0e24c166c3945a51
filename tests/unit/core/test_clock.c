/* tests/unit/core/test_clock.c - etl/core/system/clock.h: the real clock goes forward, any clock can stand in, times are read and written. */
#include "etl/core/system/clock.h"
#include "tests/unit/check.h"
#include "tests/unit/skipping_clock.h"

static void the_real_one_goes_forward(void **state)
{
    uint64_t wall = clock_wall_ms(&real_clock), boot = clock_boot_ms(&real_clock);
    uint64_t monotonic = clock_monotonic_ns(&real_clock);

    (void)state;
    clock_sleep_ms(&real_clock, 2);
    assert_true(clock_monotonic_ns(&real_clock) >= monotonic + 2000000);
    assert_true(clock_boot_ms(&real_clock) >= boot + 1);
    assert_true(clock_boot_ms(&real_clock) >= clock_monotonic_ms(&real_clock) - 1000);
    assert_true(clock_wall_ms(&real_clock) > UINT64_C(1700000000000) && wall > UINT64_C(1700000000000));
}

static void another_one_can_stand_in(void **state)
{
    struct skipping_clock c;
    uint64_t              wall, monotonic, real = clock_monotonic_ms(&real_clock);

    (void)state;
    skipping_clock_init(&c);
    wall = clock_wall_ms(&c.clock);
    monotonic = clock_monotonic_ms(&c.clock);
    clock_sleep_ms(&c.clock, 3600000);
    assert_true(clock_wall_ms(&c.clock) >= wall + 3600000 && clock_monotonic_ms(&c.clock) >= monotonic + 3600000);
    assert_true(clock_monotonic_ms(&real_clock) - real < 3600000); /* the hour has not been waited for */
}

/* ---- today, asked of a clock that stands still in some time zone ---- */

struct standing {
    uint64_t wall_ms;
    int64_t  offset_s;
};

static uint64_t standing_wall_ms(void *state)
{
    return ((struct standing *)state)->wall_ms;
}

static int64_t standing_offset_s(void *state, uint64_t wall_ms)
{
    (void)wall_ms;
    return ((struct standing *)state)->offset_s;
}

static void today_is_local(void **state)
{
    static const struct {
        struct standing at;
        const char     *want;
    } cases[] = {
        { { UINT64_C(1795391999000), 0 }, "2026-11-22" },     /* 23:59:59 UTC */
        { { UINT64_C(1795391999000), 3600 }, "2026-11-23" },  /* it is tomorrow in Berlin */
        { { UINT64_C(1795392000000), -21600 }, "2026-11-22" } /* and still yesterday in Chicago */
    };
    char today[16];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct standing at = cases[i].at;
        struct clock    c = { .wall_ms = standing_wall_ms, .local_offset_s = standing_offset_s, .state = &at };

        clock_today(&c, today);
        assert_string_equal(today, cases[i].want);
    }
}

static void times_are_written_and_read(void **state)
{
    char     text[32];
    uint64_t seconds = 0;

    (void)state;
    time_text(UINT64_C(1700000000999), text);
    assert_string_equal(text, "2023-11-14T22:13:20Z");
    assert_true(time_from_http_date(STR("Tue, 14 Nov 2023 22:13:20 GMT"), &seconds));
    assert_int_equal(seconds, 1700000000);
    assert_true(time_from_http_date(STR("Wed, 31 Dec 1969 23:59:59 GMT"), &seconds));
    assert_int_equal(seconds, 0);
    assert_false(time_from_http_date(STR("2023-11-14"), &seconds));
    assert_false(time_from_http_date(STR(""), &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_real_one_goes_forward),
                                        cmocka_unit_test(another_one_can_stand_in), cmocka_unit_test(today_is_local),
                                        cmocka_unit_test(times_are_written_and_read) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
