/* tests/unit/run/test_load_plan.c - etl/run/load_plan.h: the lines of a plan become the calls of a ledger, all or none. */
#include "etl/run/load_plan.h"

#include <unistd.h>

#include "tests/unit/check.h"

#define LINE(id, stage, lane, seq)                                                                                     \
    "{\"id\":\"000000000000000000000000000000" id "\",\"seq\":" seq ",\"lane\":\"" lane "\"," stage                    \
    "\"from\":\"x.csv:" id "\",\"command\":\"add\",\"as\":\"add\",\"params\":{}}\n"

static char       folder[64], path[96];
static struct err err;

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/load-plan-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/plan.jsonl", folder);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct ledger *load(const char *text, enum etl_status want)
{
    struct ledger *l = NULL;
    FILE          *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(ledger_open(folder, STR("digest"), true, &l, &err), ETL_OK);
    assert_int_equal(load_plan(l, path, &err), want);
    return l;
}

static void a_line_becomes_a_call_of_its_stage(void **state)
{
    static const char  after[] = LINE("01", "\"stage\":\"after\",", "", "1"), a[] = LINE("02", "", "A", "20");
    struct ledger     *l = load(LINE("01", "\"stage\":\"after\",", "", "1") LINE("02", "", "A", "20")
                                    LINE("03", "", "A", "10") LINE("04", "\"stage\":\"before\",", "", "1"),
                                ETL_OK);
    struct ledger_call call;

    assert_true(ledger_loaded(l));
    assert_int_equal(ledger_call_count(l), 4);
    assert_int_equal(ledger_lanes_begin(l), 2);
    assert_int_equal(ledger_after_begins(l), 4);
    assert_int_equal(ledger_call_at(l, 3, &call, &err), ETL_OK); /* A's second by seq */
    assert_int_equal(call.offset, sizeof after - 1);
    assert_int_equal(call.length, sizeof a - 2); /* without its newline */
    ledger_close(l);
    (void)state;
}

static void a_wrong_line_loads_nothing(void **state)
{
    struct ledger *l = load(LINE("01", "", "A", "1") "{\"id\":\"short\"}\n", ETL_FAIL);

    assert_string_equal(err.rule, "plan-line");
    assert_false(ledger_loaded(l));
    assert_int_equal(ledger_call_count(l), 0);
    ledger_close(l);
    (void)state;
}

static void a_plan_that_is_cut_off_loads_nothing(void **state)
{
    struct ledger *l = load(LINE("01", "", "A", "1") "{\"id\":", ETL_FAIL);

    assert_false(ledger_loaded(l));
    ledger_close(l);
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_becomes_a_call_of_its_stage),
        TEST(a_wrong_line_loads_nothing),
        TEST(a_plan_that_is_cut_off_loads_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
