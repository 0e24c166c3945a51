/* tests/unit/language/test_expression.c - etl/language/expression.h: binding and values by their cases; places, depth, folding, sizes. */
#include "etl/language/evaluate.h"
#include "etl/language/parse.h"
#include "etl/language/prepare.h"

#include "tests/unit/check.h"
#include "tests/unit/language/expression_cases.h"

struct parsed {
    struct arena            mem;
    struct findings         faults;
    struct yaml_source      source;
    struct yaml             yaml;
    struct expression_place place;
    struct pattern        **patterns;
    size_t                  pattern_count, pattern_cap;
    struct node            *node;
};

static void parse(struct parsed *p, struct str text)
{
    *p = (struct parsed){ 0 };
    arena_init(&p->mem, 64 << 20, "a test");
    findings_init(&p->faults, &p->mem);
    p->source = (struct yaml_source){ "m.yaml", arena_fmt(&p->mem, "x:\n  when: %.*s\n", STR_ARG(text)) };
    p->yaml = (struct yaml){ .kind = YAML_TEXT, .text = text, .line = 2, .column = 9 };
    p->place = (struct expression_place){ &p->source, &p->faults, &p->yaml, &p->mem };
    p->node = expression_parse(&p->place, text);
}

static bool prepare(struct parsed *p)
{
    struct preparation with = { &p->place, NULL, 0, &p->patterns, &p->pattern_count, &p->pattern_cap };

    return expression_prepare(&with, p->node);
}

static void release(struct parsed *p)
{
    for (size_t i = 0; i < p->pattern_count; i++)
        pattern_free(p->patterns[i]);
    arena_release(&p->mem);
}

static void cases_hold(void **state)
{
    struct case_counts counts = run_expression_file("language/expressions.cases");

    (void)state;
    assert_int_equal(counts.failed, 0);
    assert_true(counts.ran > 60);
}

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
        cmocka_unit_test(cases_hold),         cmocka_unit_test(faults_have_their_column),
        cmocka_unit_test(depth_has_an_end),   cmocka_unit_test(constants_are_folded),
        cmocka_unit_test(a_value_has_an_end), cmocka_unit_test(nothing_is_copied_that_need_not),
        cmocka_unit_test(secrecy_travels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
