/* tests/unit/core/test_pattern.c - etl/core/notation/pattern.h: PCRE2 with limits; a limit is never "no match". */
#include "etl/core/notation/pattern.h"

#include "tests/unit/check.h"

static enum pattern_answer ask(const char *expression, struct str text)
{
    struct pattern       *p;
    struct pattern_match *m = pattern_match_new();
    struct err            err = { 0 };
    enum pattern_answer   answer;

    assert_int_equal(pattern_new(str_from(expression), &p, &err), ETL_OK);
    answer = pattern_run(p, text, m);
    pattern_match_free(m);
    pattern_free(p);
    return answer;
}

static void answers(void **state)
{
    (void)state;
    assert_int_equal(ask("^[0-9]{10}$", STR("9135550147")), PATTERN_YES);
    assert_int_equal(ask("^[0-9]{10}$", STR("913555014")), PATTERN_NO);
    assert_int_equal(ask("^.$", STR("\xf0\x9f\x98\x80")), PATTERN_YES); /* one character, four bytes */
    assert_int_equal(ask("x", STR("a\0x")), PATTERN_YES);               /* a NUL ends nothing */
    assert_int_equal(ask("", STR_NONE), PATTERN_YES);
    assert_int_equal(ask(".", STR("\xff")), PATTERN_NO); /* no text at all */
}

static void a_hostile_value_is_a_limit(void **state)
{
    char text[60];

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '!';
    assert_int_equal(ask("^(a+)+$", str_of(text, sizeof text)), PATTERN_LIMIT);
}

static void groups(void **state)
{
    struct pattern       *p;
    struct pattern_match *m = pattern_match_new();
    struct err            err = { 0 };

    (void)state;
    assert_int_equal(pattern_new(STR("(?<user>[^@]+)@(x)?(.*)"), &p, &err), ETL_OK);
    assert_int_equal(pattern_groups(p), 3);
    assert_int_equal(pattern_run(p, STR("ann@example.net"), m), PATTERN_YES);
    assert_is(pattern_group(m, 0), "ann@example.net");
    assert_is(pattern_group(m, 1), "ann");
    assert_null(pattern_group(m, 2).ptr); /* took no part */
    assert_is(pattern_group(m, 3), "example.net");
    assert_null(pattern_group(m, 4).ptr);
    assert_is(pattern_named(p, m, "user"), "ann");
    assert_null(pattern_named(p, m, "nobody").ptr);
    pattern_run(p, STR("none"), m);
    assert_null(pattern_group(m, 0).ptr); /* nothing is left of the match before */
    pattern_match_free(m);
    pattern_free(p);
}

static void bad_ones_are_told(void **state)
{
    struct pattern *p = NULL;
    struct err      err = { 0 };

    (void)state;
    assert_int_equal(pattern_new(STR("a(b"), &p, &err), ETL_FAIL);
    assert_true(str_starts(str_from(err.text), STR("bad regular expression at its character 4: ")));
    assert_int_equal(pattern_new(STR("\\C"), &p, &err), ETL_FAIL); /* could cut a character in two */
    assert_null(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(a_hostile_value_is_a_limit),
        cmocka_unit_test(groups),
        cmocka_unit_test(bad_ones_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
