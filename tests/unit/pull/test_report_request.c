/* tests/unit/pull/test_report_request.c - etl/pull/report_request.h: what the journal keeps of a request is read back as it was. */
#include "etl/pull/report_request.h"

#include "tests/unit/check.h"

static void a_request_is_read_back(void **state)
{
    static struct param params[] = { { .name = BYTES("from") }, { .name = BYTES("page") }, { .name = BYTES("id") } };
    static const struct pair_value given[] = { { BYTES("id"), BYTES("a\"b\n\xc3\xa9") },
                                               { BYTES("from"), BYTES("2026-11-01") },
                                               { BYTES("gone"), BYTES("1") } },
                                   row[] = { { BYTES("row.login"), BYTES("x@y") } };
    AUTO(arena_release) struct arena mem;
    struct command                   command = { .params = params, .param_count = 3 };
    struct report                    report = { .command = &command };
    struct report_request            r;
    struct str                       text, row_text;
    struct err                       err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    text = report_request_text(given, COUNT(given), &mem);
    row_text = report_request_text(row, COUNT(row), &mem);
    assert_is(row_text, "{\"row.login\":\"x@y\"}");
    assert_int_equal(report_request_read(&report, text, row_text, &mem, &r, &err), ETL_OK);
    assert_is(r.values[0].text, "2026-11-01");
    assert_int_equal(r.values[1].kind, VALUE_ABSENT);
    assert_text(r.values[2].text, given[0].value);
    assert_int_equal(r.row_count, 1);
    assert_is(r.row[0].name, "row.login");
    assert_is(r.row[0].value, "x@y");
}

static void a_damaged_journal_is_told(void **state)
{
    AUTO(arena_release) struct arena mem;
    struct command                   command = { .param_count = 0 };
    struct report                    report = { .command = &command };
    struct report_request            r;
    struct err                       err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(report_request_read(&report, STR("{\"a\":"), STR("{}"), &mem, &r, &err), ETL_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read_back),
        cmocka_unit_test(a_damaged_journal_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
