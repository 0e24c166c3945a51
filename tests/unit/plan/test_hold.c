/* tests/unit/plan/test_hold.c - etl/plan/hold.h: lanes that a guard holds are in no call, and all else is. */
#include "etl/plan/hold.h"

#include "etl/plan/guards.h"
#include "etl/run/seal.h"
#include "tests/unit/plan/plan_bench.h"

/* Lanes 3 and 8 are cut; 8 destroys as well, and has a service of another record. */
static void write_input(struct bench *b, const char *head)
{
    AUTO(buf_release) struct buf rows;

    buf_init(&rows, 1 << 20, "rows");
    buf_lit(&rows, "id,what,key\n");
    for (int i = 1; i <= 3000; i++)
        buf_fmt(&rows, "%d,%s,k%d\n", i, i == 3 ? "disable" : i == 8 ? "remove" : "", i);
    buf_lit(&rows, "8,,more8\n3,,more3\n");
    write_file(b, "p.csv", buf_str(&rows));
    write_file(b, "m.yaml",
               arena_fmt(&b->mem,
                         "mapping: 1\nprovider: ispn\nallow: [destroys]\nlane: \"{{ id }}\"\n%sbefore:\n"
                         "  - {command: list, fields: {}}\ncalls:\n"
                         "  - {command: addcust, as: customer, fields: {billid: \"{{ id }}\"}}\n"
                         "  - {command: discust, when: what == 'disable', fields: {billid: \"{{ id }}\"}}\n"
                         "  - {command: delcust, when: what == 'remove', fields: {billid: \"{{ id }}\"}}\n",
                         head));
}

static bool has_lane(struct str plan, const char *lane)
{
    char text[64];

    snprintf(text, sizeof text, "{\"lane\":\"%s\"", lane);
    return str_contains(plan, str_from(text));
}

/* The plan that was written once more is sealed like any. */
static void expect_sealed(struct bench *b, const char *run, uint64_t calls)
{
    struct seal seal;
    struct err  err = { 0 };

    if (seal_read(path_of(b, run), b->key, &b->mem, &seal, &err) != ETL_OK ||
        seal_verify(&seal, path_of(b, run), &err) != ETL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(seal.calls, calls);
    seal_release(&seal);
}

static void held_lanes_are_in_no_call(void **state)
{
    static const unsigned threads[] = { 1, 4 };
    struct bench          b;
    struct str            plan_text, findings;

    (void)state;
    begin(&b);
    write_input(&b, "guards: {cuts: {hold: 1}}\n");
    for (size_t i = 0; i < COUNT(threads); i++) {
        const char *run = arena_fmt(&b.mem, "run%zu", i).ptr;

        assert_int_equal(plan(&b, run, NULL, threads[i], FILES("records=p.csv")), ETL_REJECT);
        plan_text = read_file(&b, arena_fmt(&b.mem, "%s/plan.jsonl", run).ptr);
        findings = read_file(&b, arena_fmt(&b.mem, "%s/findings.jsonl", run).ptr);
        assert_false(has_lane(plan_text, "3") || has_lane(plan_text, "8"));
        assert_true(has_lane(plan_text, "") && has_lane(plan_text, "1") && has_lane(plan_text, "3000"));
        assert_int_equal(count_of(plan_text, "[\"customer\","), 2998);
        assert_int_equal(b.counts.read, 3002);
        assert_int_equal(b.counts.planned, 2998);
        assert_int_equal(b.counts.held, 4);
        assert_int_equal(b.counts.held_lanes, 2);
        assert_int_equal(b.counts.calls, 2999); /* with the one of before: */
        assert_int_equal(b.counts.lanes, 2998);
        assert_int_equal(b.counts.dangers[0] + b.counts.dangers[1], 0);
        assert_int_equal(count_of(findings, "\"rule\":\"guard-cuts\",\"severity\":\"warning\""), 4);
        expect_text(findings, "\"where\":\"p.csv:4\",\"input\":\"records\"");
        expect_text(findings, "--allow cuts=2 --because TEXT");
        assert_int_equal(count_of(read_file(&b, arena_fmt(&b.mem, "%s/held/records.csv", run).ptr), "(guard-cuts)\"\n"),
                         4);
        expect_sealed(&b, run, 2999);
    }
    assert_text(read_file(&b, "run0/plan.jsonl"), read_file(&b, "run1/plan.jsonl"));
    assert_text(read_file(&b, "run0/findings.jsonl"), read_file(&b, "run1/findings.jsonl"));
    expect_text(read_file(&b, "run0/summary.json"), "\"held\":4");
    expect_text(read_file(&b, "run0/summary.json"), "\"discust\":0");
    end(&b);
}

static void what_is_within_the_guard_or_allowed_is_planned(void **state)
{
    static const char *const heads[] = { "guards: {cuts: {hold: 2}}\n", "guards: {destroys: {hold: 1}}\n", "" };
    struct bench             b;
    struct allowance         a = { .guard = GUARD_CUTS, .number = 2, .written = "cuts=2" };

    (void)state;
    begin(&b);
    for (size_t i = 0; i <= COUNT(heads); i++) {
        const char *run = arena_fmt(&b.mem, "run%zu", i).ptr;

        write_input(&b, i < COUNT(heads) ? heads[i] : "guards: {cuts: {hold: 0}}\n");
        if (i == COUNT(heads)) {
            b.more.allow = &a;
            b.more.allow_count = 1;
            b.more.because = "a test";
        }
        assert_int_equal(plan(&b, run, NULL, 1, FILES("records=p.csv")), ETL_OK);
        assert_int_equal(b.counts.held, 0);
        assert_int_equal(b.counts.planned, 3002);
        assert_int_equal(b.counts.dangers[0], 2);
        expect_sealed(&b, run, b.counts.calls);
    }
    end(&b);
}

/* They claimed nothing, so they can be planned later, each once, and what was planned is not planned again. */
static void held_records_are_planned_after(void **state)
{
    struct bench     b;
    struct allowance a = { .guard = GUARD_CUTS, .number = 2, .written = "cuts=2" };

    (void)state;
    begin(&b);
    write_input(&b, "guards: {cuts: {hold: 1}}\ninputs: {records: {unique: [key]}}\n");
    assert_int_equal(plan(&b, "run", NULL, 1, FILES("records=p.csv")), ETL_REJECT);
    assert_int_equal(b.counts.held, 4);
    b.more.allow = &a;
    b.more.allow_count = 1;
    b.more.because = "a test";
    assert_int_equal(plan(&b, "later", "run", 1, FILES("records=run/held/records.csv")), ETL_OK);
    assert_int_equal(b.counts.read, 4);
    assert_int_equal(b.counts.planned, 4);
    assert_int_equal(b.counts.dangers[0], 2);
    assert_true(has_lane(read_file(&b, "later/plan.jsonl"), "3") && has_lane(read_file(&b, "later/plan.jsonl"), "8"));
    end(&b);
}

/* A guard that stops leaves no plan, whatever would have been held. */
static void stop_comes_before_hold(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    write_input(&b, "guards: {cuts: {hold: 0, stop: 1}}\n");
    assert_int_equal(plan(&b, "run", NULL, 1, FILES("records=p.csv")), ETL_GUARD);
    assert_int_equal(read_file(&b, "run/plan.jsonl").len, 0);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_lanes_are_in_no_call),
        cmocka_unit_test(what_is_within_the_guard_or_allowed_is_planned),
        cmocka_unit_test(held_records_are_planned_after),
        cmocka_unit_test(stop_comes_before_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
