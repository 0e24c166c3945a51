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

static void plan_it(void)
{
    fclose(fopen(run_folder_file(&(struct run_folder){ .path = path }, "plan.jsonl", &mem), "w"));
}

static void expect_free(void)
{
    struct run_folder run;

    if (run_folder_create(path, false, &mem, &run, &err) != ETL_OK)
        fail_msg("%s", err.text);
    run_folder_close(&run);
}

static void a_run_is_replaced_only_when_asked_for(void **state)
{
    struct run_folder run;

    plan_it();
    assert_int_equal(run_folder_create(path, false, &mem, &run, &err), ETL_FAIL);
    assert_string_equal(err.rule, "run-exists");
    replace(ETL_OK, NULL);
    plan_it();
    make_ledger(false);
    replace(ETL_OK, NULL);
    (void)state;
}

/* Planning that failed or was cut short left findings, temporary files, perhaps a summary, and no plan. */
static void a_folder_without_a_plan_is_free(void **state)
{
    static const char *const left[] = { "findings.jsonl", "summary.json", ".plan.jsonl.aB3xYz", "rejects/x.csv" };

    for (size_t i = 0; i < COUNT(left); i++)
        fclose(fopen(run_folder_file(&(struct run_folder){ .path = path }, left[i], &mem), "w"));
    expect_free();
    for (size_t i = 0; i < COUNT(left); i++)
        assert_int_not_equal(access(run_folder_file(&(struct run_folder){ .path = path }, left[i], &mem), F_OK), 0);
    (void)state;
}

static void an_empty_folder_is_free_and_becomes_private(void **state)
{
    struct stat now;
    char        command[160];

    snprintf(command, sizeof command, "rm -rf %s && mkdir -m 755 %s", path, path);
    assert_int_equal(system(command), 0);
    expect_free();
    assert_int_equal(stat(path, &now), 0);
    assert_int_equal(now.st_mode & 0777, 0700);
    (void)state;
}

/* plan.jsonl may have been removed by hand: the ledger still says what was sent. */
static void a_sent_run_without_its_plan_is_not_free(void **state)
{
    struct run_folder run;

    make_ledger(true);
    assert_int_equal(run_folder_create(path, false, &mem, &run, &err), ETL_FAIL);
    assert_string_equal(err.rule, "run-sent");
    (void)state;
}

/* What cannot be read may have been sent. */
static void a_ledger_that_cannot_be_read_counts_as_sent(void **state)
{
    FILE *f = fopen(run_folder_file(&(struct run_folder){ .path = path }, "ledger.db", &mem), "w");

    fputs("no database, but long enough to be looked at as one, which is what SQLite does with its first hundred bytes",
          f);
    fclose(f);
    replace(ETL_FAIL, "run-sent");
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

/* results.csv is written when sending ends; without a ledger to be asked nobody knows what was sent. */
static void results_without_a_ledger_count_as_sent(void **state)
{
    fclose(fopen(run_folder_file(&(struct run_folder){ .path = path }, "results.csv", &mem), "w"));
    replace(ETL_FAIL, "run-sent");
    fclose(fopen(run_folder_file(&(struct run_folder){ .path = path }, "ledger.db", &mem), "w")); /* emptied */
    replace(ETL_FAIL, "run-sent");
    unlink(run_folder_file(&(struct run_folder){ .path = path }, "ledger.db", &mem));
    make_ledger(false);
    replace(ETL_OK, NULL);
    (void)state;
}

/* A run.lock alone makes no run of somebody's folder, and what he put into a run stays. */
static void what_is_none_of_a_run_stays(void **state)
{
    static const char *const others[] = { "thesis.txt", ".profile", "src", ".plan.jsonl" };

    for (size_t i = 0; i < COUNT(others); i++) {
        const char *other = run_folder_file(&(struct run_folder){ .path = path }, others[i], &mem);

        plan_it();
        fclose(fopen(other, "w"));
        replace(ETL_FAIL, "run-exists");
        assert_int_equal(access(other, F_OK), 0);
        assert_int_equal(access(run_folder_file(&(struct run_folder){ .path = path }, "plan.jsonl", &mem), F_OK), 0);
        unlink(other);
    }
    replace(ETL_OK, NULL);
    (void)state;
}

static void a_run_in_use_is_not_replaced(void **state)
{
    struct run_folder held;

    plan_it();
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
        TEST(a_folder_without_a_plan_is_free),
        TEST(an_empty_folder_is_free_and_becomes_private),
        TEST(a_sent_run_without_its_plan_is_not_free),
        TEST(a_ledger_that_cannot_be_read_counts_as_sent),
        TEST(a_run_that_was_sent_from_is_never_replaced),
        TEST(results_without_a_ledger_count_as_sent),
        TEST(what_is_none_of_a_run_stays),
        TEST(a_run_in_use_is_not_replaced),
        TEST(a_folder_of_something_else_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
