/* tests/unit/run/test_run_folder.c - etl/run/run_folder.h: which folders a new plan may replace. */
#include "etl/run/run_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include "etl/ledger/ledger.h"
#include "tests/unit/check.h"

static char         parent[64], path[96];
static struct arena mem;
static struct err   err;

static int set_up(void **state)
{
    struct run_folder run;

    (void)state;
    snprintf(parent, sizeof parent, "/tmp/run-folder-XXXXXX");
    if (mkdtemp(parent) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/run", parent);
    arena_init(&mem, 1 << 20, "a test");
    err = (struct err){ 0 };
    if (run_folder_create(path, false, &mem, &run, &err) != ETL_OK)
        return -1;
    run_folder_close(&run);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    arena_release(&mem);
    snprintf(command, sizeof command, "rm -rf %s", parent);
    return system(command);
}

static enum etl_status one_call(void *context, struct ledger_new_call *out, struct err *fault)
{
    bool *given = context;

    (void)fault;
    if (*given)
        return ETL_END;
    *given = true;
    *out = (struct ledger_new_call){
        .stage = LEDGER_LANE, .id = STR("id"), .lane = STR("A"), .command = STR("add"), .source = STR("x.csv:2")
    };
    return ETL_OK;
}

static void make_ledger(bool sent)
{
    bool                given = false;
    struct ledger      *l = NULL;
    struct ledger_claim claim = { .number = 1 };

    assert_int_equal(ledger_open(path, STR("digest"), true, &l, &err), ETL_OK);
    assert_int_equal(ledger_load(l, &(struct ledger_source){ one_call, &given }, &err), ETL_OK);
    if (sent) {
        assert_int_equal(ledger_begin(l, &err), ETL_OK);
        assert_int_equal(ledger_claim(l, &claim, 1, &err), ETL_OK);
        assert_int_equal(ledger_commit(l, &err), ETL_OK);
    }
    ledger_close(l);
}

static void replace(enum etl_status want, const char *rule)
{
    struct run_folder run;

    err = (struct err){ 0 };
    assert_int_equal(run_folder_create(path, true, &mem, &run, &err), want);
    if (want == ETL_OK)
        run_folder_close(&run);
    else
        assert_string_equal(err.rule, rule);
}

static void a_run_is_replaced_only_when_asked_for(void **state)
{
    struct run_folder run;

    assert_int_equal(run_folder_create(path, false, &mem, &run, &err), ETL_FAIL);
    assert_string_equal(err.rule, "run-exists");
    replace(ETL_OK, NULL);
    make_ledger(false);
    replace(ETL_OK, NULL);
    (void)state;
}

static void a_run_that_was_sent_from_is_never_replaced(void **state)
{
    char ledger[128];

    make_ledger(true);
    replace(ETL_FAIL, "run-sent");
    snprintf(ledger, sizeof ledger, "%s/ledger.db", path);
    assert_int_equal(access(ledger, F_OK), 0);
    (void)state;
}

static void a_run_in_use_is_not_replaced(void **state)
{
    struct run_folder held;

    replace(ETL_OK, NULL);
    assert_int_equal(rmdir(run_folder_file(&(struct run_folder){ .path = path }, "rejects", &mem)), 0);
    fclose(fopen(run_folder_file(&(struct run_folder){ .path = path }, "plan.jsonl", &mem), "w"));
    assert_int_equal(run_folder_open(path, true, &mem, &held, &err), ETL_OK);
    replace(ETL_AGAIN, "run-lock");
    run_folder_close(&held);
    (void)state;
}

static void a_folder_of_something_else_stays(void **state)
{
    char lock[128];

    snprintf(lock, sizeof lock, "%s/run.lock", path);
    unlink(lock);
    replace(ETL_FAIL, "run-exists");
    assert_int_equal(access(path, F_OK), 0);
    (void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_run_is_replaced_only_when_asked_for),
        TEST(a_run_that_was_sent_from_is_never_replaced),
        TEST(a_run_in_use_is_not_replaced),
        TEST(a_folder_of_something_else_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
