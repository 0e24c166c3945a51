/* tests/unit/sandbox/test_sandbox_faults.c - providers/sandbox/faults.h: how faults are written, and when they happen. */
#include "providers/sandbox/faults.h"
#include "tests/unit/check.h"

static struct fault_choice pick(struct faults *f, const char *provider, const char *command, bool reused)
{
    const struct fault_request request = { str_from(provider), str_from(command), reused };

    return faults_pick(f, &request);
}

static void order(struct faults *f, const char *text)
{
    struct str specs[] = { str_from(text) };
    struct err err = { 0 };

    if (faults_set(f, specs, 1, &err) != ETL_OK) {
        print_error("%s: %s\n", text, err.text);
        fail();
    }
}

static void spelling(void **state)
{
    static const struct {
        const char *spec, *rule;
    } rows[] = {
        { "drop", "fault-kind" },
        { "drop-befor", "fault-kind" },
        { "delay", "fault-number" },
        { "delay=0", "fault-number" },
        { "delay=x", "fault-number" },
        { "status=200", "fault-number" },
        { "html=3", "fault-number" },
        { "cutoff=x", "fault-number" },
        { "html:101%", "fault-rate" },
        { "html:5", "fault-rate" },
        { "html:", "fault-rate" },
        { "html:0.00001%", "fault-rate" },
        { "html,often", "fault-option" },
        { "html,times=", "fault-option" },
        { "html,command=", "fault-option" },
        { "html,reused=1", "fault-option" },
        { "html garbag", "fault-kind" },
    };
    struct faults *f = faults_new(1);

    (void)state;
    order(f, "login");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str specs[] = { str_from(rows[i].spec) };
        struct err err = { 0 };

        if (faults_set(f, specs, 1, &err) != ETL_FAIL)
            fail_row(i, "taken: %s", rows[i].spec);
        assert_string_equal(err.rule, rows[i].rule);
    }
    /* What was ordered before stands after all these slips. */
    assert_int_equal(pick(f, "ispn", "list", false).kind, FAULT_LOGIN);
    faults_free(f);
}

static void when_they_happen(void **state)
{
    struct faults *f = faults_new(1);

    (void)state;
    order(f, "status=503,command=addcust,provider=ispn,after=1,times=2");
    assert_int_equal(pick(f, "ispn", "list", false).kind, FAULT_NONE);
    assert_int_equal(pick(f, "safepages", "addcust", false).kind, FAULT_NONE);
    assert_int_equal(pick(f, "ispn", "addcust", false).kind, FAULT_NONE); /* after=1 */
    assert_int_equal(pick(f, "ispn", "addcust", false).number, 503);
    assert_int_equal(pick(f, "ispn", "addcust", false).kind, FAULT_STATUS);
    assert_int_equal(pick(f, "ispn", "addcust", false).kind, FAULT_NONE); /* times=2 */

    order(f, "drop-before,reused");
    assert_int_equal(pick(f, "ispn", "list", false).kind, FAULT_NONE);
    assert_int_equal(pick(f, "ispn", "list", true).kind, FAULT_DROP_BEFORE);

    order(f, "");
    assert_int_equal(pick(f, "ispn", "list", true).kind, FAULT_NONE);
    faults_free(f);
}

static void several(void **state)
{
    struct faults      *f = faults_new(1);
    struct fault_choice c;

    (void)state;
    order(f, "delay=20 drop-after,times=1\n html delay=5");
    c = pick(f, "ispn", "list", false);
    assert_int_equal(c.kind, FAULT_DROP_AFTER);
    assert_int_equal(c.delay_ms, 25);
    c = pick(f, "ispn", "list", false);
    assert_int_equal(c.kind, FAULT_HTML);
    assert_int_equal(c.delay_ms, 25);
    faults_free(f);
}

/* A share is drawn, and equal seeds draw the same. */
static void rates(void **state)
{
    struct faults *a = faults_new(7), *b = faults_new(7);
    unsigned       count = 0;

    (void)state;
    order(a, "empty:12.5%");
    order(b, "empty:12.5%");
    for (int i = 0; i < 8000; i++) {
        enum fault_kind kind = pick(a, "ispn", "list", false).kind;

        assert_int_equal(kind, pick(b, "ispn", "list", false).kind);
        count += kind == FAULT_EMPTY;
    }
    assert_in_range(count, 900, 1100);
    order(a, "empty:0%");
    for (int i = 0; i < 100; i++)
        assert_int_equal(pick(a, "ispn", "list", false).kind, FAULT_NONE);
    faults_free(a);
    faults_free(b);
}

static void cut_at(void **state)
{
    struct faults *f = faults_new(1);

    (void)state;
    order(f, "cutoff");
    assert_false(pick(f, "ispn", "list", false).has_number);
    order(f, "cutoff=0");
    assert_true(pick(f, "ispn", "list", false).has_number);
    order(f, "cutoff=17");
    assert_int_equal(pick(f, "ispn", "list", false).number, 17);
    faults_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(spelling), cmocka_unit_test(when_they_happen),
                                        cmocka_unit_test(several), cmocka_unit_test(rates), cmocka_unit_test(cut_at) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
