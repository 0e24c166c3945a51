/* tests/unit/plan/test_guards.c - etl/plan/guards.h: which plans are stopped, and what lets them pass after all. */
#include "etl/plan/guards.h"

#include "etl/mapping/mapping.h"
#include "tests/unit/plan/plan_bench.h"

/* ---- rejects, rows, age ---- */

static const struct {
    const char     *head, *rule, *words;
    enum etl_status status;
} guards[] = {
    { "guards: {rejects: 0}\n", "guard-rejects", "1 of 3 records were rejected, the mapping's guard allows 0",
      ETL_GUARD },
    { "guards: {rejects: 0}\n", "guard-rejects", "--allow rejects=1 --because TEXT", ETL_GUARD },
    { "guards: {rejects: 1}\n", NULL, NULL, ETL_REJECT },
    { "guards: {rejects: 25%}\n", "guard-rejects", "allows 0", ETL_GUARD },
    { "guards: {rejects: 34%}\n", NULL, NULL, ETL_REJECT },
    { "guards: {rejects: {stop: 0% floor 1}}\n", NULL, NULL, ETL_REJECT },
    { "inputs: {people: {expect: {rows: 4..}}}\n", "expect-rows", "3 records, the mapping expects 4.. (", ETL_GUARD },
    { "inputs: {people: {expect: {rows: 4..}}}\n", "expect-rows", "--allow rows:people=3 --because TEXT", ETL_GUARD },
    { "inputs: {people: {expect: {rows: 1..2}}}\n", "expect-rows", "expects 1..2 (", ETL_GUARD },
    { "inputs: {people: {expect: {rows: 3}}}\n", NULL, NULL, ETL_REJECT },
    { "inputs: {people: {expect: {max_age: 1h}}}\n", "expect-age", "the file is 2 hours old", ETL_GUARD },
    { "inputs: {people: {expect: {max_age: 1d}}}\n", NULL, NULL, ETL_REJECT },
};

static void write_mapping(struct bench *b, const char *head)
{
    write_file(b, "m.yaml",
               arena_fmt(&b->mem,
                         "mapping: 1\nprovider: ispn\n%scalls:\n  - command: addcust\n"
                         "    fields: {billid: \"{{ id }}\", hphone: \"{{ phone }}\"}\n",
                         head));
}

static void expect_plan(struct bench *b, const char *run, bool there)
{
    assert_int_equal(access(path_of(b, arena_fmt(&b->mem, "%s/plan.jsonl", run).ptr), F_OK) == 0, there);
}

static void guards_stop_a_plan(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_file(&b, "p.csv", STR("id,phone\n7,\n8,555\n9,\n"));
    if (system(arena_fmt(&b.mem, "touch -d '2 hours ago 1 minute ago' %s", path_of(&b, "p.csv")).ptr) != 0)
        fail();
    for (size_t i = 0; i < COUNT(guards); i++) {
        const char     *run = arena_fmt(&b.mem, "run%zu", i).ptr;
        const char     *file = guards[i].head[0] == 'g' ? "records=p.csv" : "people=p.csv";
        enum etl_status st;

        write_mapping(&b, guards[i].head);
        st = plan(&b, run, NULL, 1, FILES(file));
        if (st != guards[i].status)
            fail_row(i, "%s: status %d", guards[i].head, st);
        if (guards[i].rule != NULL)
            expect_fault(&b, guards[i].rule, guards[i].words);
        expect_plan(&b, run, st == ETL_REJECT);
    }
    end(&b);
}

/* ---- dangers ---- */

/* Of three calls two cut a service, one of them destroys. */
static void write_cuts(struct bench *b, const char *head)
{
    write_file(b, "p.csv", STR("id,what\n7,disable\n8,remove\n9,\n"));
    write_file(b, "m.yaml",
               arena_fmt(&b->mem,
                         "mapping: 1\nprovider: ispn\nallow: [destroys]\n%scalls:\n"
                         "  - {command: discust, when: what == 'disable', fields: {billid: \"{{ id }}\"}}\n"
                         "  - {command: delcust, when: what == 'remove', fields: {billid: \"{{ id }}\"}}\n"
                         "  - {command: addcust, when: not what, fields: {billid: \"{{ id }}\"}}\n",
                         head));
}

static const struct {
    const char *head, *rule, *words;
} danger_guards[] = {
    { "guards: {cuts: 1}\n", "guard-cuts",
      "2 of 3 calls cut a service, the mapping's guard allows 1; if that is right, --allow cuts=2 --because TEXT lets this plan "
      "pass; see m.yaml:6 discust, m.yaml:7 delcust" },
    { "guards: {cuts: 2}\n", NULL, NULL },
    { "guards: {cuts: 66%}\n", "guard-cuts", "allows 1" },
    { "guards: {cuts: 67%}\n", NULL, NULL },
    { "guards: {destroys: {stop: 0}}\n", "guard-destroys", "1 of 3 calls destroy content" },
    { "guards: {spends: 0, notifies: 0}\n", NULL, NULL },
    { "guards: {cuts: {hold: 0% floor 2, stop: 1%}}\n", NULL, NULL }, /* stop has hold's floor */
    { "guards: {cuts: {hold: 1}}\n", NULL, NULL },                    /* hold alone stops nothing */
};

static void dangers_stop_a_plan(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    for (size_t i = 0; i < COUNT(danger_guards); i++) {
        const char     *run = arena_fmt(&b.mem, "run%zu", i).ptr;
        enum etl_status st, want = danger_guards[i].rule != NULL ? ETL_GUARD : ETL_OK;

        write_cuts(&b, danger_guards[i].head);
        st = plan(&b, run, NULL, 1, FILES("records=p.csv"));
        if (st != want) {
            print_faults(&b);
            fail_row(i, "%s: status %d", danger_guards[i].head, st);
        }
        if (want == ETL_GUARD)
            expect_fault(&b, danger_guards[i].rule, danger_guards[i].words);
        expect_plan(&b, run, want == ETL_OK);
    }
    end(&b);
}

/* ---- options ---- */

static void options_tighten(void **state)
{
    static const struct threshold none = { 0, 0 }, many = { 100, 0 };
    struct bench                  b;

    (void)state;
    begin(&b);
    write_cuts(&b, "guards: {cuts: 2}\n");
    b.more.max[GUARD_CUTS] = &none;
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("records=p.csv")), ETL_GUARD);
    expect_fault(&b, "guard-cuts", "--max-cuts allows 0");
    b.more.max[GUARD_CUTS] = &many; /* it does not loosen */
    write_cuts(&b, "guards: {cuts: 1}\n");
    assert_int_equal(plan(&b, "run2", NULL, 1, FILES("records=p.csv")), ETL_GUARD);
    expect_fault(&b, "guard-cuts", "the mapping's guard allows 1");
    end(&b);
}

static struct allowance *allow(struct bench *b, const char *written)
{
    struct allowance *a = ARENA_NEW(&b->mem, struct allowance);

    findings_init(&b->faults, &b->mem);
    if (!allowance_read(written, a, &b->faults)) {
        print_faults(b);
        fail();
    }
    b->more.allow = a;
    b->more.allow_count = 1;
    b->more.because = "the boss said so";
    return a;
}

static void one_guard_is_loosened(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_cuts(&b, "guards: {cuts: 1, destroys: 0}\n");
    allow(&b, "cuts=2");
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("records=p.csv")), ETL_GUARD); /* the other one stands */
    expect_fault(&b, "guard-destroys", "the mapping's guard allows 0");
    assert_int_equal(b.faults.count, 1);
    write_cuts(&b, "guards: {cuts: 1}\n");
    allow(&b, "cuts=2");
    assert_int_equal(plan(&b, "run2", NULL, 1, FILES("records=p.csv")), ETL_OK);
    assert_int_equal(b.faults.count, 0);
    expect_text(read_file(&b, "run2/summary.json"),
                "\"allowed\":[{\"guard\":\"cuts\",\"number\":2,\"because\":\"the boss said so\"}]");
    write_cuts(&b, "guards: {cuts: 0}\n");
    allow(&b, "cuts=1");
    assert_int_equal(plan(&b, "run3", NULL, 1, FILES("records=p.csv")), ETL_GUARD);
    expect_fault(&b, "guard-cuts", "--allow allows 1");
    end(&b);
}

static void rows_are_loosened_either_way(void **state)
{
    static const struct {
        const char     *expect, *allowed;
        enum etl_status status;
    } rows[] = {
        { "4..", "rows:people=3", ETL_OK },  { "4..", "rows=1", ETL_OK },  { "5..", "rows:people=4", ETL_GUARD },
        { "1..2", "rows:people=3", ETL_OK }, { "1..2", "rows=9", ETL_OK }, { "1", "rows:people=2", ETL_GUARD },
    };
    struct bench b;

    (void)state;
    begin(&b);
    write_file(&b, "p.csv", STR("id,phone\n7,\n8,\n9,\n"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        write_mapping(&b, arena_fmt(&b.mem, "inputs: {people: {expect: {rows: %s}}}\n", rows[i].expect).ptr);
        allow(&b, rows[i].allowed);
        if (plan(&b, arena_fmt(&b.mem, "run%zu", i).ptr, NULL, 1, FILES("people=p.csv")) != rows[i].status)
            fail_row(i, "%s of %s", rows[i].allowed, rows[i].expect);
    }
    expect_text(read_file(&b, "run0/summary.json"), "{\"guard\":\"rows\",\"input\":\"people\",\"number\":3,");
    end(&b);
}

static void what_loosens_nothing_is_told(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_cuts(&b, "guards: {cuts: 2}\n");
    allow(&b, "cuts=100");
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("records=p.csv")), ETL_OK);
    expect_fault(&b, "allow-idle", "--allow cuts=100 was not needed");
    write_cuts(&b, "guards: {cuts: {hold: 1}}\n"); /* lanes would have been held */
    allow(&b, "cuts=2");
    assert_int_equal(plan(&b, "run2", NULL, 1, FILES("records=p.csv")), ETL_OK);
    assert_int_equal(b.faults.count, 0);
    allow(&b, "rows:peopl=2");
    assert_int_equal(plan(&b, "run3", NULL, 1, FILES("records=p.csv")), ETL_FAIL);
    expect_fault(&b, "allow-unknown", "the mapping has no such input");
    end(&b);
}

static void the_hold_limit(void **state)
{
    struct plan_options o = { 0 };
    struct allowance    a = { .guard = GUARD_CUTS, .number = 61 };
    struct mapping      m = { 0 };

    (void)state;
    assert_true(guards_hold_limit(&m, &o, GUARD_CUTS, 1000) == UINT64_MAX);
    m.guards[GUARD_CUTS] = (struct guard){ .has_hold = true, .hold = { 5, 20 } };
    assert_int_equal(guards_hold_limit(&m, &o, GUARD_CUTS, 1000), 50);
    assert_int_equal(guards_hold_limit(&m, &o, GUARD_CUTS, 100), 20);
    assert_true(guards_hold_limit(&m, &o, GUARD_SPENDS, 1000) == UINT64_MAX);
    o.allow = &a;
    o.allow_count = 1;
    assert_int_equal(guards_hold_limit(&m, &o, GUARD_CUTS, 1000), 61);
    assert_int_equal(guards_hold_limit(&m, &o, GUARD_CUTS, 10000), 500);
}

/* ---- --allow as it is written ---- */

static const struct {
    const char *written, *rule, *words; /* rule NULL: it is right */
} allowances[] = {
    { "rejects=61", NULL, NULL },
    { "rows=5", NULL, NULL },
    { "rows:people=5", NULL, NULL },
    { "cut=5", "allow-unknown", "there is no guard \"cut\", did you mean \"cuts\"?" },
    { "removes=5", "allow-unknown", "there are rejects, cuts, destroys, spends, notifies and rows" },
    { "", "allow-unknown", "" },
    { "cuts", "option-value", "--allow takes cuts=61, got \"cuts\"" },
    { "cuts=", "option-value", "cuts=61" },
    { "cuts=5%", "option-value", "cuts=61" },
    { "cuts:people=5", "option-value", "cuts=61" },
    { "rows:=5", "option-value", "rows=30000 or rows:INPUT=30000" },
    { "rows:people", "option-value", "rows=30000 or rows:INPUT=30000" },
};

static void allowances_are_read(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    for (size_t i = 0; i < COUNT(allowances); i++) {
        struct allowance a;

        findings_init(&b.faults, &b.mem);
        if (allowance_read(allowances[i].written, &a, &b.faults) != (allowances[i].rule == NULL))
            fail_row(i, "%s", allowances[i].written);
        if (allowances[i].rule != NULL)
            expect_fault(&b, allowances[i].rule, allowances[i].words);
    }
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guards_stop_a_plan),
        cmocka_unit_test(dangers_stop_a_plan),
        cmocka_unit_test(options_tighten),
        cmocka_unit_test(one_guard_is_loosened),
        cmocka_unit_test(rows_are_loosened_either_way),
        cmocka_unit_test(what_loosens_nothing_is_told),
        cmocka_unit_test(the_hold_limit),
        cmocka_unit_test(allowances_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
