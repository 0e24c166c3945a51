/* tests/unit/run/test_load_plan.c - etl/run/load_plan.h: the lines of a plan become the calls of a ledger, all or none. */
#include "etl/run/load_plan.h"

#include <unistd.h>

#include "etl/run/plan_call.h"
#include "tests/unit/check.h"

#define HEAD                                                                                                           \
    "{\"plan\":2,\"provider\":\"p\",\"mapping\":\"m\",\"calls\":["                                                     \
    "{\"name\":\"begin\",\"command\":\"c0\",\"effect\":\"read\",\"stage\":\"before\"},"                                \
    "{\"name\":\"add\",\"command\":\"c1\",\"effect\":\"create\",\"input\":\"x\"},"                                     \
    "{\"name\":\"more\",\"command\":\"c2\",\"effect\":\"create\",\"input\":\"x\"},"                                    \
    "{\"name\":\"last\",\"command\":\"c3\",\"effect\":\"read\",\"stage\":\"after\"}]}\n"
#define LINE(lane, from, calls) "{\"lane\":\"" lane "\",\"from\":\"" from "\",\"calls\":[" calls "]}\n"
#define CALL(name)              "[\"" name "\",{}]"

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
    AUTO(arena_release) struct arena mem;
    struct ledger                   *l = NULL;
    struct plan_reader              *reader;
    struct plan_head                 head;
    FILE                            *f = fopen(path, "w");

    arena_init(&mem, 1 << 20, "a test");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(ledger_open(folder, STR("digest"), true, &l, &err), ETL_OK);
    assert_int_equal(plan_reader_open(path, NULL, NULL, &reader, &err), ETL_OK);
    assert_int_equal(plan_head_read(reader, &mem, &head, &err), ETL_OK);
    assert_int_equal(load_plan(l, reader, &head, &err), want);
    plan_reader_close(reader);
    return l;
}

/* A lane's calls go by the mapping's order first, by the plan's second. */
static void records_become_calls_in_the_order_they_are_sent(void **state)
{
    static const char begin[] = HEAD LINE("", "before", CALL("begin")), a1[] = LINE("A", "x.csv:2", CALL("more"));
    static const struct {
        uint64_t offset, nth;
    } want[] = {
        { sizeof HEAD - 1, 0 },                  /* begin */
        { sizeof begin - 1 + sizeof a1 - 1, 0 }, /* A's add, of its second record */
        { sizeof begin - 1, 0 },                 /* A's more, of its first */
        { sizeof begin - 1 + sizeof a1 - 1, 1 }, /* and of its second, twice */
        { sizeof begin - 1 + sizeof a1 - 1, 2 },
    };
    struct ledger *l =
        load(HEAD LINE("", "before", CALL("begin")) LINE("A", "x.csv:2", CALL("more"))
                 LINE("A", "x.csv:3", CALL("add") "," CALL("more") "," CALL("more")) LINE("", "after", CALL("last")),
             ETL_OK);
    struct ledger_call call;

    (void)state;
    assert_true(ledger_loaded(l));
    assert_int_equal(ledger_call_count(l), 6);
    assert_int_equal(ledger_lanes_begin(l), 2);
    assert_int_equal(ledger_after_begins(l), 6);
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_int_equal(ledger_call_at(l, i + 1, &call, &err), ETL_OK);
        if (call.offset != want[i].offset || call.nth != want[i].nth)
            fail_row(i, "at %d, call %d", (int)call.offset, (int)call.nth);
    }
    ledger_close(l);
}

static enum etl_status take_id(void *context, const struct ledger_row *row)
{
    char(*ids)[CALL_ID_DIGITS + 1] = context;

    memcpy(ids[row->number], row->id.ptr, CALL_ID_DIGITS);
    return ETL_OK;
}

static void each_call_has_its_id(void **state)
{
    char           ids[8][CALL_ID_DIGITS + 1] = { "" };
    struct ledger *l = load(HEAD LINE("A", "x.csv:3", CALL("more") "," CALL("more") "," CALL("add")), ETL_OK);

    (void)state;
    assert_int_equal(ledger_each(l, 1, take_id, ids, &err), ETL_OK);
    for (size_t i = 1; i <= 3; i++)
        for (size_t k = 1; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
    ledger_close(l);
}

static void a_wrong_line_loads_nothing(void **state)
{
    struct ledger *l = load(HEAD LINE("A", "x.csv:1", CALL("add")) "{\"lane\":\"B\"}\n", ETL_FAIL);

    assert_string_equal(err.rule, "plan-line");
    assert_false(ledger_loaded(l));
    assert_int_equal(ledger_call_count(l), 0);
    ledger_close(l);
    (void)state;
}

static void a_plan_that_is_cut_off_loads_nothing(void **state)
{
    struct ledger *l = load(HEAD LINE("A", "x.csv:1", CALL("add")) "{\"lane\":", ETL_FAIL);

    assert_false(ledger_loaded(l));
    ledger_close(l);
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_become_calls_in_the_order_they_are_sent),
        TEST(each_call_has_its_id),
        TEST(a_wrong_line_loads_nothing),
        TEST(a_plan_that_is_cut_off_loads_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
