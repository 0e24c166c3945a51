/* tests/unit/core/test_utf8.c - etl/core/utf8.h: RFC 3629 to the letter. */
#include "etl/core/utf8.h"

#include "tests/unit/check.h"

static void what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *bytes;
        size_t      prefix; /* SIZE_MAX: all is well */
    } rows[] = {
        { "", SIZE_MAX },
        { "plain ASCII, longer than a word of eight", SIZE_MAX },
        { "\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf",
          SIZE_MAX },
        { "ab\x80", 2 },   /* a continuation alone */
        { "\xc0\xaf", 0 }, /* overlong / */
        { "\xc1\xbf", 0 },
        { "\xe0\x9f\xbf", 0 },     /* overlong in three */
        { "\xf0\x8f\xbf\xbf", 0 }, /* overlong in four */
        { "x\xed\xa0\x80", 1 },    /* a surrogate */
        { "x\xed\xbf\xbf", 1 },
        { "\xf4\x90\x80\x80", 0 }, /* past U+10FFFF */
        { "\xf5\x80\x80\x80", 0 },
        { "\xff", 0 },
        { "abcdefgh\xc3", 8 }, /* cut off */
        { "abcdefgh\xe2\x82", 8 },
        { "abcdefgh\xf0\x9f\x98", 8 },
        { "\xc3(", 0 },
        { "\xe2\x28\xa1", 0 },
        { "\xf0\x9f\x28\x80", 0 },
        { "0123456789012345\xe9", 16 }, /* latin-1 behind two ASCII words */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str s = str_from(rows[i].bytes);
        size_t     want = rows[i].prefix == SIZE_MAX ? s.len : rows[i].prefix;

        if (utf8_valid_prefix(s) != want)
            fail_row(i, "valid to %zu instead of %zu", utf8_valid_prefix(s), want);
        assert_true(utf8_valid(s) == (rows[i].prefix == SIZE_MAX));
    }
}

/* Every code point goes out and comes back; half a surrogate pair is none, and goes out as U+FFFD. */
static void every_code_point(void **state)
{
    AUTO(buf_release) struct buf b;

    (void)state;
    buf_init(&b, 16, "a test");
    for (uint32_t c = 0; c < 0x110000; c++) {
        struct str s;

        buf_reset(&b);
        utf8_add(&b, c);
        s = buf_str(&b);
        assert_true(utf8_valid(s));
        assert_int_equal(utf8_count(s), 1);
        assert_int_equal(utf8_next(&s), c < 0xd800 || c > 0xdfff ? c : 0xfffd);
        assert_int_equal(s.len, 0);
    }
}

static void counts_and_offsets(void **state)
{
    struct str s = STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");

    (void)state;
    assert_int_equal(utf8_count(s), 5);
    assert_int_equal(utf8_offset(s, 0), 0);
    assert_int_equal(utf8_offset(s, 2), 3);
    assert_int_equal(utf8_offset(s, 4), 10);
    assert_int_equal(utf8_offset(s, 5), s.len);
    assert_int_equal(utf8_offset(s, 99), s.len);
    assert_false(utf8_is_ascii(s));
    assert_true(utf8_is_ascii(STR("0123456789abcdef~")) && utf8_is_ascii(STR("")));
}

/* A wrong byte is one U+FFFD, and the next byte is looked at again. */
static void wrong_bytes_one_at_a_time(void **state)
{
    struct str s = STR("\xe2\x82X");

    (void)state;
    assert_int_equal(utf8_next(&s), 0xfffd);
    assert_int_equal(s.len, 2);
    assert_int_equal(utf8_next(&s), 0xfffd);
    assert_int_equal(utf8_next(&s), 'X');
}

/* The answer does not depend on where the bytes lie. */
static void any_alignment(void **state)
{
    char room[64];

    (void)state;
    for (size_t at = 0; at < 16; at++)
        for (size_t len = 1; len < 40; len++) {
            memset(room, 'a', sizeof room);
            room[at + len - 1] = (char)0xe9;
            assert_int_equal(utf8_valid_prefix(str_of(room + at, len)), len - 1);
            assert_false(utf8_is_ascii(str_of(room + at, len)));
            assert_true(utf8_is_ascii(str_of(room + at, len - 1)));
        }
}

static void what_a_terminal_may_show(void **state)
{
    static const struct {
        const char *text, *safe;
    } rows[] = {
        { "Zo\xc3\xab 1001", "Zo\xc3\xab 1001" },
        { "\x1b[31mred\n", "\\u001b[31mred\\u000a" },
        { "\x7f\xc2\x85\xc2\x9b", "\\u007f\\u0085\\u009b" },
        { "a\xe2\x80\xae"
          "b\xe2\x81\xa6",
          "a\\u202eb\\u2066" },
        { "\xff", "\xef\xbf\xbd" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1 << 10, "a test");
        utf8_add_safe(&out, str_from(rows[i].text));
        assert_text(buf_str(&out), str_from(rows[i].safe));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_may_show),  cmocka_unit_test(what_is_wrong_and_where),
        cmocka_unit_test(every_code_point),          cmocka_unit_test(counts_and_offsets),
        cmocka_unit_test(wrong_bytes_one_at_a_time), cmocka_unit_test(any_alignment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
