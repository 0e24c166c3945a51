/* tests/unit/core/test_err.c - etl/core/err.h: what a person reads, and that outside values reach him clipped and masked. */
#include "etl/core/utf8.h"
#include "tests/unit/check.h"

static void printed_like_a_compiler(void **state)
{
    static const struct {
        struct err    err;
        enum severity severity;
        const char   *want;
    } rows[] = {
        { { "extract.csv", 17, 0, "hphone", "phone10", "must be exactly 10 digits, got \"555-01\"" },
          SEVERITY_ERROR,
          "extract.csv:17: hphone: must be exactly 10 digits, got \"555-01\" (rule phone10)\n" },
        { { "mapping.yaml", 12, 9, NULL, "filter", "unknown filter \"digit\"" },
          SEVERITY_ERROR,
          "mapping.yaml:12:9: unknown filter \"digit\" (rule filter)\n" },
        { { NULL, 0, 0, NULL, "", "nothing" }, SEVERITY_ERROR, "nothing\n" },
        { { NULL, 4, 0, NULL, "", "nothing" }, SEVERITY_WARNING, "line 4: warning: nothing\n" },
        { { "a.csv", 0, 3, NULL, "", "x" }, SEVERITY_INFO, "a.csv: info: x\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 10000, "a test");
        err_print(&out, &rows[i].err, rows[i].severity);
        if (!str_is(buf_str(&out), rows[i].want))
            fail_row(i, "got %s", buf_cstr(&out));
    }
}

static void shown_values(void **state)
{
    static const struct {
        const char *value, *want;
    } rows[] = {
        { "555-01", "\"555-01\"" },
        { "", "\"\"" },
        { "a\tb\x1b[31m\x7f", "\"a\\x09b\\x1b[31m\\x7f\"" },
        { "\xe9t\xc3\xa9", "\"\\xe9t\xc3\xa9\"" },
        { "\xc2\x9bx", "\"\\xc2\\x9bx\"" }, /* a C1 control, which a terminal may obey */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shown s = shown(str_from(rows[i].value), false);

        if (strcmp(s.text, rows[i].want) != 0)
            fail_row(i, "got %s", s.text);
    }
    assert_string_equal(shown(STR("hunter2"), true).text, "(secret)");
}

static void clipped_between_characters(void **state)
{
    char long_text[3000];

    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        struct shown s;
        struct err   err = { 0 };

        memset(long_text, 'x', lead);
        for (size_t i = lead; i + 4 < sizeof long_text; i += 4)
            memcpy(long_text + i, "\xf0\x9f\x98\x80", 5);
        s = shown(str_from(long_text), false);
        assert_true(utf8_valid(str_from(s.text)));
        assert_true(str_ends(str_from(s.text), STR("…\"")));
        err_set(&err, ETL_REJECT, "r", "%s", long_text);
        assert_true(utf8_valid(str_from(err.text)));
        assert_true(strlen(err.text) > 390);
    }
}

static void the_place_stays(void **state)
{
    struct err err = { .file = "a", .line = 3, .field = "f" };

    (void)state;
    assert_int_equal(err_set(&err, ETL_AGAIN, "rule", "%d", 5), ETL_AGAIN);
    assert_string_equal(err.file, "a");
    assert_int_equal(err.line, 3);
    assert_string_equal(err.text, "5");
    assert_int_equal(err_set(NULL, ETL_FAIL, "rule", "x"), ETL_FAIL);
}

/* Past the ceiling findings are counted, not kept; names and excerpts are copied. */
static void findings_have_a_ceiling(void **state)
{
    AUTO(arena_release) struct arena mem;
    AUTO(buf_release) struct buf     out;
    struct findings                  f;
    char                             name[] = "first.csv";

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    buf_init(&out, 1 << 20, "a test");
    findings_init(&f, &mem);
    f.ceiling = 3;
    for (uint64_t i = 1; i <= 5; i++)
        findings_say(&f, i == 2 ? SEVERITY_WARNING : SEVERITY_ERROR, name, i, 0, "r", "no. %d", (int)i);
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(f.errors, 4);
    findings_print(&out, &f);
    assert_is(buf_str(&out),
              "first.csv:1: no. 1 (rule r)\nfirst.csv:2: warning: no. 2 (rule r)\n"
              "first.csv:3: no. 3 (rule r)\nand 2 more\n");
}

static void a_caret_under_its_column(void **state)
{
    AUTO(arena_release) struct arena mem;
    AUTO(buf_release) struct buf     out;
    struct findings                  f;
    struct err                       err = { .file = "m.yaml", .line = 1, .column = 8, .text = "no" };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    buf_init(&out, 1 << 20, "a test");
    findings_init(&f, &mem);
    findings_add(&f, SEVERITY_ERROR, &err, "\tname: x");
    findings_print(&out, &f);
    assert_is(buf_str(&out), "m.yaml:1:8: no\n    \tname: x\n    \t      ^\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_like_a_compiler),    cmocka_unit_test(shown_values),
        cmocka_unit_test(clipped_between_characters), cmocka_unit_test(the_place_stays),
        cmocka_unit_test(findings_have_a_ceiling),    cmocka_unit_test(a_caret_under_its_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
