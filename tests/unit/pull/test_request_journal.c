/* tests/unit/pull/test_request_journal.c - etl/pull/request_journal.h: entries keep their order and their state from one command to the next. */
#include "etl/pull/request_journal.h"

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/arena.h"
#include "tests/unit/check.h"

struct bench {
    struct arena            mem;
    char                    folder[64], path[96];
    struct request_journal *journal;
    struct err              err;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);

    arena_init(&b->mem, 1 << 20, "a test");
    snprintf(b->folder, sizeof b->folder, "/tmp/request_journal.XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/questions.db", b->folder);
    assert_int_equal(request_journal_open(b->path, STR("ispn|2026"), &b->journal, &b->err), ETL_OK);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    request_journal_close(b->journal);
    unlink(b->path);
    rmdir(b->folder);
    arena_release(&b->mem);
    free(b);
    return 0;
}

static void add(struct bench *b, const char *report, const char *params)
{
    assert_int_equal(request_journal_add(b->journal, str_from(report), str_from(params), STR("{}"), &b->err), ETL_OK);
}

static void settle(struct bench *b, uint64_t number, enum entry_state end, const char *why)
{
    struct journal_entry e = { .number = number,
                               .state = end,
                               .records = 7,
                               .repairs = 1,
                               .file = STR("users.frames"),
                               .digest = STR("d"),
                               .print = STR("p"),
                               .why = why != NULL ? str_from(why) : STR_NONE };

    assert_int_equal(request_journal_settle(b->journal, &e, &b->err), ETL_OK);
}

static void entries_come_in_order_and_once(void **state)
{
    struct bench        *b = *state;
    struct journal_entry e;
    uint64_t             after = 0;
    static const char   *params[] = { "{\"a\":\"2\"}", "{\"a\":\"1\"}" };

    add(b, "users", params[0]);
    add(b, "plans", "{}");
    add(b, "users", params[1]);
    add(b, "users", params[0]); /* it is there already */
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(request_journal_next(b->journal, STR("users"), ENTRY_OPEN, after, &b->mem, &e, &b->err),
                         ETL_OK);
        assert_text(e.params, str_from(params[i]));
        after = e.number;
    }
    assert_int_equal(request_journal_next(b->journal, STR("users"), ENTRY_OPEN, after, &b->mem, &e, &b->err), ETL_END);
}

static void what_was_settled_is_kept(void **state)
{
    struct bench         *b = *state;
    struct journal_entry  e;
    struct journal_counts counts;

    add(b, "users", "{}");
    add(b, "users", "{\"a\":\"1\"}");
    add(b, "users", "{\"a\":\"2\"}");
    settle(b, 1, ENTRY_COMPLETE, NULL);
    settle(b, 2, ENTRY_UNPROVEN, "no length");
    settle(b, 3, ENTRY_INCOMPLETE, "HTTP 500");
    request_journal_close(b->journal);
    assert_int_equal(request_journal_open(b->path, STR("ispn|2026"), &b->journal, &b->err), ETL_OK);
    assert_int_equal(request_journal_any(b->journal, STR("users"), 1, &b->mem, &e, &b->err), ETL_OK);
    assert_int_equal(e.state, ENTRY_UNPROVEN);
    assert_is(e.why, "no length");
    assert_is(e.file, "users.frames");
    assert_int_equal(request_journal_count(b->journal, STR("users"), &b->mem, &counts, &b->err), ETL_OK);
    assert_int_equal(counts.asked, 3);
    assert_int_equal(counts.records, 21);
    assert_int_equal(counts.by_state[ENTRY_COMPLETE], 1);
    assert_is(counts.why, "HTTP 500"); /* incomplete tells more than unproven */
    assert_int_equal(request_journal_reopen(b->journal, &b->err), ETL_OK);
    assert_int_equal(request_journal_next(b->journal, STR("users"), ENTRY_OPEN, 0, &b->mem, &e, &b->err), ETL_OK);
    assert_int_equal(e.number, 3);
}

static void another_pull_is_refused(void **state)
{
    struct bench           *b = *state;
    struct request_journal *other = NULL;

    request_journal_close(b->journal);
    b->journal = NULL;
    assert_int_equal(request_journal_open(b->path, STR("ispn|2025"), &other, &b->err), ETL_FAIL);
    assert_string_equal(b->err.rule, "pull-other");
    assert_null(other);
}

static void names_of_extras_are_sorted_and_single(void **state)
{
    static const char *names[] = { "x_pin", "x_age", "x_pin" };
    struct bench      *b = *state;
    struct str        *extras;
    size_t             count;

    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(request_journal_extra_add(b->journal, STR("customers"), str_from(names[i]), &b->err), ETL_OK);
    assert_int_equal(request_journal_extras(b->journal, STR("customers"), &b->mem, &extras, &count, &b->err), ETL_OK);
    assert_int_equal(count, 2);
    assert_is(extras[0], "x_age");
    assert_is(extras[1], "x_pin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries_come_in_order_and_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_settled_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_pull_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_extras_are_sorted_and_single, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
