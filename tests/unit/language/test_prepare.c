/* tests/unit/language/test_prepare.c - etl/language/prepare.h: constants are folded. */
#include "tests/unit/language/parsed_expression.h"

static void constants_are_folded(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, STR("' Ab ' | trim | upper"));
    assert_true(prepare(&p));
    assert_int_equal(p.node->op, NODE_TEXT);
    assert_is(p.node->text, "AB");
    release(&p);
    parse(&p, STR("'12/31/2026' | date('MM/DD/YYYY') | plus_days(1)"));
    assert_true(prepare(&p));
    assert_is(p.node->text, "2027-01-01");
    release(&p);
    parse(&p, STR("'x' | date('MM/DD/YYYY')")); /* what fails now fails for the record */
    assert_true(prepare(&p));
    assert_int_equal(p.node->op, NODE_FILTER);
    release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_folded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
