/* tests/unit/language/test_parse.c - etl/language/parse.h: faults have their column, depth has an end. */
#include "tests/unit/language/parsed_expression.h"

static void faults_have_their_column(void **state)
{
    static const struct {
        struct str text;
        uint32_t   column;
    } rows[] = {
        { BYTES("A | digit"), 13 },     { BYTES("A == "), 14 }, { BYTES("A | first(1, 2)"), 13 },
        { BYTES("A and (B or C"), 22 }, { BYTES("'x"), 9 },     { BYTES("Zo\xc3\xab | nope"), 16 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct parsed p;

        parse(&p, rows[i].text);
        assert_null(p.node);
        assert_int_equal(p.faults.count, 1);
        assert_int_equal(p.faults.items[0].err.line, 2);
        if (p.faults.items[0].err.column != rows[i].column)
            fail_row(i, "column %u, not %u: %s", p.faults.items[0].err.column, rows[i].column,
                     p.faults.items[0].err.text);
        release(&p);
    }
}

static void depth_has_an_end(void **state)
{
    struct parsed p;
    char          text[4000];
    size_t        n;

    (void)state;
    memset(text, '(', 100);
    text[100] = 'A';
    memset(text + 101, ')', 100);
    parse(&p, str_of(text, 201));
    assert_null(p.node);
    release(&p);
    for (n = 0; n + 4 < 200 * 4; n += 4)
        memcpy(text + n, "not ", 4);
    text[n++] = 'A';
    parse(&p, str_of(text, n));
    assert_null(p.node);
    release(&p);
    text[0] = 'A';
    for (n = 1; n + 7 < sizeof text; n += 7)
        memcpy(text + n, " | trim", 7);
    parse(&p, str_of(text, n));
    assert_null(p.node);
    assert_non_null(strstr(p.faults.items[0].err.text, "too long"));
    release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_have_their_column),
        cmocka_unit_test(depth_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
