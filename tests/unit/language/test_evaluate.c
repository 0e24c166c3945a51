/* tests/unit/language/test_evaluate.c - etl/language/evaluate.h: binding and values by their cases; sizes, copies, secrecy. */
#include "etl/language/evaluate.h"

#include "tests/unit/language/expression_cases.h"
#include "tests/unit/language/parsed_expression.h"

static void cases_hold(void **state)
{
    struct case_counts counts = run_expression_file("language/expressions.cases");

    (void)state;
    assert_int_equal(counts.failed, 0);
    assert_true(counts.ran > 60);
}

static void a_value_has_an_end(void **state)
{
    struct parsed p;
    char         *cell;
    struct str    cells[1];
    struct record record = { .cells = cells, .count = 1 };
    struct eval   e = { .record = &record, .row_number = 1 };
    struct value  v;

    (void)state;
    parse(&p, STR("A | replace('a', 'aaaaaaaaaaaaaaaa')"));
    assert_true(prepare(&p));
    cell = arena_bytes(&p.mem, 1 << 17);
    memset(cell, 'a', 1 << 17);
    cells[0] = str_of(cell, 1 << 17);
    e.mem = &p.mem;
    p.node->args[0]->op = NODE_COLUMN;
    p.node->args[0]->index = 0;
    assert_false(eval_node(&e, p.node, &v));
    assert_string_equal(e.err.rule, "value-length");
    cells[0].len = 1 << 10;
    assert_true(eval_node(&e, p.node, &v));
    assert_int_equal(v.text.len, 1 << 14);
    release(&p);
}

static void nothing_is_copied_that_need_not(void **state)
{
    struct parsed p;
    struct str    cells[1] = { STR("9135550147") };
    struct record record = { .cells = cells, .count = 1 };
    struct eval   e = { .record = &record, .row_number = 1 };
    struct value  v;

    (void)state;
    parse(&p, STR("A | trim | lower | digits | last(10) | split('x', 1) | localpart | default('y')"));
    assert_true(prepare(&p));
    for (struct node *n = p.node; n != NULL; n = n->count != 0 ? n->args[0] : NULL)
        if (n->op == NODE_NAME) {
            n->op = NODE_COLUMN;
            n->index = 0;
        }
    e.mem = &p.mem;
    assert_true(eval_node(&e, p.node, &v));
    assert_ptr_equal(v.text.ptr, cells[0].ptr);
    release(&p);
}

static void secrecy_travels(void **state)
{
    static const struct str rows[] = {
        BYTES("A | trim | upper"), BYTES("A | replace('x', 'y')"), BYTES("'z' | replace('z', A)"), BYTES("B or A"),
        BYTES("'' | default(A)"),  BYTES("A | date('YYYY')"),      BYTES("A | extract('[0-9]+')"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct parsed p;
        struct str    cells[2] = { STR("2026"), STR("") };
        struct record record = { .cells = cells, .count = 2 };
        struct eval   e = { .record = &record, .row_number = 1, .match = pattern_match_new() };
        struct value  v;
        struct node  *stack[16];
        size_t        top = 0;

        parse(&p, rows[i]);
        stack[top++] = p.node;
        while (top != 0) {
            struct node *n = stack[--top];

            if (n->op == NODE_NAME) {
                n->op = NODE_COLUMN;
                n->index = str_is(n->text, "A") ? 0 : 1;
                n->secret = n->index == 0;
            }
            for (size_t k = 0; k < n->count; k++)
                stack[top++] = n->args[k];
        }
        assert_true(prepare(&p));
        e.mem = &p.mem;
        assert_true(eval_node(&e, p.node, &v));
        if (!v.secret)
            fail_row(i, "%.*s is not secret", STR_ARG(rows[i]));
        pattern_match_free(e.match);
        release(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_hold),
        cmocka_unit_test(a_value_has_an_end),
        cmocka_unit_test(nothing_is_copied_that_need_not),
        cmocka_unit_test(secrecy_travels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
