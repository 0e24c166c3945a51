/* tests/unit/language/test_filter.c - every filter by its cases, and that every filter has some. */
#include "etl/language/filter_table.h"

#include "etl/core/system/atomic_file.h"
#include "tests/unit/check.h"
#include "tests/unit/language/expression_cases.h"

static void cases_hold(void **state)
{
    struct case_counts counts = run_expression_file("language/filters.cases");

    (void)state;
    assert_int_equal(counts.failed, 0);
    assert_true(counts.ran > 100);
}

static void every_filter_has_a_case(void **state)
{
    struct arena mem;
    struct str   text;

    (void)state;
    arena_init(&mem, 8 << 20, "a test");
    assert_int_equal(file_read("language/filters.cases", 1 << 20, &mem, &text, NULL), ETL_OK);
    for (const struct filter *const *f = filters; *f != NULL; f++)
        if (!str_contains(text, arena_fmt(&mem, "\nA | %s", (*f)->name)))
            fail_row(f - filters, "filter %s has no case", (*f)->name);
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_hold),
        cmocka_unit_test(every_filter_has_a_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
