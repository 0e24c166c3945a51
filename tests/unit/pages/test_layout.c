/* tests/unit/pages/test_layout.c - etl/pages/layout.h: widths in code points, lines that break between words, numbers and durations. */
#include "etl/pages/layout.h"

#include "tests/unit/check.h"

static void padding_counts_code_points(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1000, "a test");
    layout_padded(&out, STR("Zo\xc3\xab"), 5);
    layout_padded(&out, STR("longer"), 3);
    assert_is(buf_str(&out), "Zo\xc3\xab  longer");
}

static void a_line_breaks_between_words(void **state)
{
    AUTO(buf_release) struct buf out;
    struct str                   rest, line;
    size_t                       lines = 0;

    (void)state;
    buf_init(&out, 10000, "a test");
    layout_labelled(
        &out, STR("label"), 8,
        STR("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty twenty-one"));
    assert_true(str_starts(buf_str(&out), STR("  label   one two ")));
    for (rest = str_head(buf_str(&out), out.len - 1); rest.ptr != NULL; lines++) {
        rest = str_cut(rest, '\n', &line);
        assert_true(line.len <= 110);
        assert_true(lines == 0 || str_starts(line, STR("          ")));
    }
    assert_int_equal(lines, 2);
}

static void numbers_and_durations(void **state)
{
    static const struct {
        uint64_t    n;
        const char *number, *duration;
    } rows[] = {
        { 0, "0", "about 1 s" },
        { 89, "89", "about 89 s" },
        { 90, "90", "about 2 min" },
        { 999, "999", "about 17 min" },
        { 1000, "1,000", "about 17 min" },
        { 9412, "9,412", "about 3 h" },
        { 1234567, "1,234,567", "about 343 h" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1000, "a test");
        layout_number(&out, rows[i].n);
        if (!str_is(buf_str(&out), rows[i].number))
            fail_row(i, "got %s", buf_cstr(&out));
        buf_reset(&out);
        layout_duration(&out, rows[i].n);
        if (!str_is(buf_str(&out), rows[i].duration))
            fail_row(i, "got %s", buf_cstr(&out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padding_counts_code_points),
        cmocka_unit_test(a_line_breaks_between_words),
        cmocka_unit_test(numbers_and_durations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
