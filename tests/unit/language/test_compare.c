/* tests/unit/language/test_compare.c - etl/language/compare.h: the order of numbers and dates, and what has none. */
#include "etl/language/compare.h"

#include "tests/unit/check.h"

enum { NONE = 9 };

static const struct {
    struct str a, b;
    int        order;
} rows[] = {
    { BYTES("2"), BYTES("10"), -1 },
    { BYTES("2.50"), BYTES("2.5"), 0 },
    { BYTES("-1"), BYTES("1"), -1 },
    { BYTES("-2"), BYTES("-10"), 1 },
    { BYTES("-0"), BYTES("0.00"), 0 },
    { BYTES("+7"), BYTES("007"), 0 },
    { BYTES("12345678901234567890123456789"), BYTES("12345678901234567890123456788"), 1 },
    { BYTES("2026-01-02"), BYTES("2026-01-10"), -1 },
    { BYTES("2026-01-02 23:00:00"), BYTES("2026-01-02"), 0 }, /* a day against a moment: by the day */
    { BYTES("2026-01-02T08:00:00"), BYTES("2026-01-02T09:00:00"), -1 },
    { BYTES("2024-02-29"), BYTES("2024-03-01"), -1 },
    { BYTES("2025-02-29"), BYTES("2025-03-01"), NONE }, /* no leap year */
    { BYTES("1"), BYTES("x"), NONE },
    { BYTES(""), BYTES("1"), NONE },
    { BYTES("1e3"), BYTES("1000"), NONE },
    { BYTES("2026-01-02"), BYTES("5"), NONE },
};

static void orders_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int order = NONE, back = NONE;

        if (!compare_ordered(rows[i].a, rows[i].b, &order))
            order = NONE;
        if (!compare_ordered(rows[i].b, rows[i].a, &back))
            back = NONE;
        if (order != rows[i].order || back != (order == NONE ? NONE : -order))
            fail_row(i, "%d and backwards %d, not %d", order, back, rows[i].order);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(orders_hold) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
