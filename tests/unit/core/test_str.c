/* tests/unit/core/test_str.c - etl/core/str.h: every promise with its edge cases. */
#include "tests/unit/check.h"

static void absent_is_not_empty(void **state)
{
    (void)state;
    assert_null(str_from(NULL).ptr);
    assert_non_null(str_from("").ptr);
    assert_true(str_eq(STR_NONE, STR(""))); /* equal as text: who cares asks ptr */
    assert_int_equal(str_skip(STR_NONE, 3).len, 0);
    assert_null(str_skip(STR_NONE, 3).ptr);
}

static void compares(void **state)
{
    static const struct {
        const char *a, *b;
        int         sign;
        bool        nocase;
    } rows[] = {
        { "", "", 0, true },
        { "a", "a", 0, true },
        { "a", "b", -1, false },
        { "b", "a", 1, false },
        { "a", "ab", -1, false },
        { "ab", "a", 1, false },
        { "A", "a", -1, true },
        { "\xff", "a", 1, false },
        { "straSSe", "STRASSE", 1, true },
        { "\xc3\xa9", "\xc3\x89", 1, false }, /* é É: ASCII only */
        { "[", "{", -1, false },
        { "@", "`", -1, false }, /* 32 apart, but no letters */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int sign = str_cmp(str_from(rows[i].a), str_from(rows[i].b));

        if ((sign > 0) - (sign < 0) != rows[i].sign)
            fail_row(i, "%s against %s gave %d", rows[i].a, rows[i].b, sign);
        if (str_eq_nocase(str_from(rows[i].a), str_from(rows[i].b)) != rows[i].nocase)
            fail_row(i, "%s against %s without regard to case", rows[i].a, rows[i].b);
    }
}

static void begins_ends_contains(void **state)
{
    struct str s = STR("mailbox@example.net");

    (void)state;
    assert_true(str_starts(s, STR("mail")) && str_starts(s, STR("")) && !str_starts(STR("ma"), STR("mail")));
    assert_true(str_ends(s, STR(".net")) && str_ends(s, STR("")) && !str_ends(STR("t"), STR(".net")));
    assert_true(str_contains(s, STR("@")) && str_contains(s, STR("")) && !str_contains(s, STR("@@")));
    assert_true(str_contains_nocase(s, STR("EXAMPLE")) && !str_contains_nocase(STR("exa"), STR("EXAMPLE")));
    assert_true(str_starts(STR_NONE, STR("")) && str_contains(STR_NONE, STR("")));
}

static void trims_and_cuts(void **state)
{
    struct str head, rest;

    (void)state;
    assert_is(str_trim(STR(" \t\r\n\v\f a b \n")), "a b");
    assert_is(str_trim(STR("   ")), "");
    assert_is(str_trim(STR("\xc2\xa0x")), "\xc2\xa0x"); /* a no-break space is no ASCII blank */
    assert_is(str_head(STR("abc"), 2), "ab");
    assert_is(str_head(STR("abc"), 9), "abc");
    assert_is(str_skip(STR("abc"), 9), "");
    rest = str_cut(STR("a=b=c"), '=', &head);
    assert_is(head, "a");
    assert_is(rest, "b=c");
    rest = str_cut(STR("a="), '=', &head);
    assert_is(head, "a");
    assert_non_null(rest.ptr);
    assert_int_equal(rest.len, 0);
    rest = str_cut(STR("abc"), '=', &head);
    assert_is(head, "abc");
    assert_null(rest.ptr);
}

static void numbers(void **state)
{
    static const struct {
        const char *text;
        bool        good;
        uint64_t    value;
    } rows[] = {
        { "0", true, 0 },    { "007", true, 7 },   { "18446744073709551615", true, UINT64_MAX },
        { "", false, 0 },    { "-1", false, 0 },   { "18446744073709551616", false, 0 },
        { "+1", false, 0 },  { "1 ", false, 0 },   { "99999999999999999999", false, 0 },
        { "1e3", false, 0 }, { "0x10", false, 0 },
    };
    int64_t number;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t value = 0;

        if (str_to_u64(str_from(rows[i].text), &value) != rows[i].good || (rows[i].good && value != rows[i].value))
            fail_row(i, "\"%s\"", rows[i].text);
    }
    assert_true(str_to_i64(STR("-9223372036854775807"), &number) && number == -INT64_MAX);
    assert_true(str_to_i64(STR("9223372036854775807"), &number) && number == INT64_MAX);
    assert_false(str_to_i64(STR("9223372036854775808"), &number));
    assert_false(str_to_i64(STR("-"), &number) || str_to_i64(STR("--1"), &number) || str_to_i64(STR(""), &number));
    assert_true(str_all_digits(STR("0123")) && !str_all_digits(STR("")) && !str_all_digits(STR("1.0")));
}

static void did_you_mean(void **state)
{
    static const struct str names[] = { { "digits", 6 }, { "first", 5 }, { "last", 4 }, { "lookup", 6 } };
    static const struct {
        const char *typed, *want; /* NULL: none is near */
    } rows[] = {
        { "digit", "digits" },  { "dgits", "digits" },  { "idgits", "digits" }, /* a swap is one step */
        { "Lookup", "lookup" }, { "lsat", "last" },     { "xyz", NULL },
        { "", NULL },           { "firstly", "first" }, { "quite another word", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str near = str_nearest(str_from(rows[i].typed), names, COUNT(names));

        if ((near.ptr == NULL) != (rows[i].want == NULL) || (near.ptr != NULL && !str_is(near, rows[i].want)))
            fail_row(i, "\"%s\" gave \"%.*s\"", rows[i].typed, STR_ARG(near));
    }
    assert_int_equal(str_distance(STR("kitten"), STR("sitting"), 9), 3);
    assert_int_equal(str_distance(STR(""), STR("abc"), 9), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_is_not_empty), cmocka_unit_test(compares), cmocka_unit_test(begins_ends_contains),
        cmocka_unit_test(trims_and_cuts),      cmocka_unit_test(numbers),  cmocka_unit_test(did_you_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
