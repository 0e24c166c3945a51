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
    { "guards: {cuts: {hold: 2}}\n", NULL, NULL },                    /* hold alone stops nothing */
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

/* ---- last time ---- */

static void write_rows(struct bench *b, const char *name, unsigned rows)
{
    AUTO(buf_release) struct buf text;

    buf_init(&text, 1 << 20, "a test");
    buf_lit(&text, "id,phone\n");
    for (unsigned i = 0; i < rows; i++)
        buf_fmt(&text, "%u,\n", i + 1);
    write_file(b, name, buf_str(&text));
}

static void rows_are_compared_with_last_time(void **state)
{
    static const struct {
        unsigned        rows;
        enum etl_status status;
        const char     *words;
    } nights[] = {
        { 100, ETL_OK, NULL }, /* there is no last time */
        { 110, ETL_OK, NULL },
        { 98, ETL_GUARD, "98 records, the mapping expects 99..121 (expect: rows: ±10%); last time 110 (" },
        { 122, ETL_GUARD, "--allow rows:people=122 --because TEXT" }, /* the stopped plan was no time */
        { 99, ETL_OK, NULL },
        { 108, ETL_OK, NULL },
    };
    struct bench b;

    (void)state;
    begin(&b);
    b.more.history = path_of(&b, "plans");
    write_mapping(&b, "inputs: {people: {expect: {rows: ±10%}}}\n");
    for (size_t i = 0; i < COUNT(nights); i++) {
        const char *run = arena_fmt(&b.mem, "run%zu", i).ptr;

        write_rows(&b, "p.csv", nights[i].rows);
        if (plan(&b, run, NULL, 1, FILES("people=p.csv")) != nights[i].status) {
            print_faults(&b);
            fail_row(i, "%u rows", nights[i].rows);
        }
        if (nights[i].words != NULL)
            expect_fault(&b, "expect-rows", nights[i].words);
        expect_plan(&b, run, nights[i].status == ETL_OK);
    }
    write_mapping(&b, "inputs: {people: {expect: {rows: +-1% floor 20}}}\n");
    write_rows(&b, "p.csv", 88);
    assert_int_equal(plan(&b, "near", NULL, 1, FILES("people=p.csv")), ETL_OK);
    write_rows(&b, "p.csv", 67);
    assert_int_equal(plan(&b, "far", NULL, 1, FILES("people=p.csv")), ETL_GUARD);
    expect_fault(&b, "expect-rows", "expects 68..108 (expect: rows: ±1% floor 20)");
    write_rows(&b, "p.csv", 200);
    allow(&b, "rows:people=200");
    assert_int_equal(plan(&b, "allowed", NULL, 1, FILES("people=p.csv")), ETL_OK);
    end(&b);
}

static void old_bytes_are_stopped(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.more.history = path_of(&b, "plans");
    write_file(&b, "m.yaml",
               STR("mapping: 1\nprovider: ispn\ninputs: {people: {}, others: {optional: true}}\ncalls:\n"
                   "  - {command: addcust, input: people, fields: {billid: \"{{ id }}\"}}\n"
                   "  - {command: addcust, as: other, input: others, fields: {billid: \"{{ id }}\"}}\n"));
    write_rows(&b, "monday.csv", 3);
    write_rows(&b, "tuesday.csv", 4);
    write_rows(&b, "wednesday.csv", 5);
    write_rows(&b, "empty.csv", 0);
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("people=monday.csv")), ETL_OK);
    assert_int_equal(plan(&b, "run2", NULL, 1, FILES("people=monday.csv")), ETL_OK); /* the same as last time */
    assert_int_equal(b.faults.count, 0);
    assert_int_equal(plan(&b, "run3", NULL, 1, FILES("people=tuesday.csv", "others=monday.csv")), ETL_OK);
    assert_int_equal(plan(&b, "run4", NULL, 1, FILES("people=monday.csv")), ETL_GUARD);
    expect_fault(&b, "replay", "/run2), and others since (");
    expect_fault(&b, "replay", "/run3): an old file would undo");
    expect_plan(&b, "run4", false);
    /* Each input has times of its own. */
    assert_int_equal(plan(&b, "run5", NULL, 1, FILES("people=tuesday.csv", "others=monday.csv")), ETL_OK);
    allow(&b, "replay=people");
    assert_int_equal(plan(&b, "run6", NULL, 1, FILES("people=monday.csv")), ETL_OK);
    expect_text(read_file(&b, "run6/summary.json"),
                "\"allowed\":[{\"guard\":\"replay\",\"input\":\"people\",\"because\":\"the boss said so\"}]");
    end(&b);
}

static void what_is_no_replay(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.more.history = path_of(&b, "plans");
    write_mapping(&b, "inputs: {people: {}}\n");
    write_rows(&b, "monday.csv", 3);
    write_rows(&b, "tuesday.csv", 4);
    write_rows(&b, "empty.csv", 0);
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("people=empty.csv")), ETL_OK);
    assert_int_equal(plan(&b, "run2", NULL, 1, FILES("people=monday.csv")), ETL_OK);
    assert_int_equal(plan(&b, "run3", NULL, 1, FILES("people=empty.csv")), ETL_OK); /* an extract without records */
    assert_int_equal(plan(&b, "run4", NULL, 1, FILES("people=monday.csv")), ETL_GUARD);
    assert_int_equal(plan(&b, "run5", NULL, 1, FILES("people=tuesday.csv")), ETL_OK);
    /* Mended rejects ask nothing, and are no last time. */
    assert_int_equal(plan(&b, "run6", "run1", 1, FILES("people=monday.csv")), ETL_OK);
    assert_int_equal(plan(&b, "run7", NULL, 1, FILES("people=tuesday.csv")), ETL_OK);
    assert_int_equal(b.faults.count, 0);
    end(&b);
}

static void a_history_that_cannot_be_written_costs_no_plan(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_file(&b, "plans", STR("no folder"));
    b.more.history = path_of(&b, "plans");
    write_mapping(&b, "inputs: {people: {expect: {rows: ±10%}}}\n");
    write_rows(&b, "p.csv", 3);
    assert_int_equal(plan(&b, "run1", NULL, 1, FILES("people=p.csv")), ETL_OK);
    expect_fault(&b, "history", "the plan is good");
    assert_int_equal(b.faults.errors, 0);
    expect_plan(&b, "run1", true);
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
    { "replay=people", NULL, NULL },
    { "replay", "option-value", "replay=INPUT" },
    { "replay=", "option-value", "replay=INPUT" },
    { "replay:people=5", "option-value", "replay=INPUT" },
    { "cut=5", "allow-unknown", "there is no guard \"cut\", did you mean \"cuts\"?" },
    { "removes=5", "allow-unknown", "there are rejects, cuts, destroys, spends, notifies, rows and replay" },
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
        cmocka_unit_test(rows_are_compared_with_last_time),
        cmocka_unit_test(old_bytes_are_stopped),
        cmocka_unit_test(what_is_no_replay),
        cmocka_unit_test(a_history_that_cannot_be_written_costs_no_plan),
        cmocka_unit_test(the_hold_limit),
        cmocka_unit_test(allowances_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
