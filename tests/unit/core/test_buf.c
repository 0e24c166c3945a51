/* tests/unit/core/test_buf.c - etl/core/buf.h: growing, the ceiling, and the ways of writing a text. */
#include "tests/unit/check.h"

static void remembers_its_first_failure(void **state)
{
    AUTO(buf_release) struct buf b;

    (void)state;
    buf_init(&b, 10, "a test");
    buf_lit(&b, "1234567890");
    assert_false(buf_failed(&b));
    buf_byte(&b, 'x');
    assert_true(buf_failed(&b));
    assert_is(buf_str(&b), "1234567890"); /* what fitted is still there */
    buf_reset(&b);
    assert_false(buf_failed(&b));
    buf_lit(&b, "12345678901");
    assert_true(buf_failed(&b));
    buf_lit(&b, "1");
    assert_true(buf_failed(&b));
    assert_string_equal(b.what, "a test");
}

static void an_empty_one_is_fine(void **state)
{
    AUTO(buf_release) struct buf b = { 0 };
    struct buf                   never = { 0 };

    (void)state;
    buf_init(&b, 100, "a test");
    assert_non_null(buf_str(&b).ptr);
    assert_int_equal(buf_str(&b).len, 0);
    buf_add(&b, STR_NONE);
    assert_string_equal(buf_cstr(&b), "");
    buf_release(&never);
    buf_wipe(&never);
}

static void grows_to_its_ceiling(void **state)
{
    AUTO(buf_release) struct buf b;

    (void)state;
    buf_init(&b, 100000, "a test");
    for (int i = 0; i < 100000; i++)
        buf_byte(&b, (char)('a' + i % 26));
    assert_false(buf_failed(&b));
    assert_int_equal(b.len, 100000);
    assert_int_equal(b.cap, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(b.ptr[i], 'a' + i % 26);
}

static void formats_numbers(void **state)
{
    AUTO(buf_release) struct buf b;
    const unsigned char          bytes[] = { 0, 0x7f, 0xff };

    (void)state;
    buf_init(&b, 1000, "a test");
    buf_u64(&b, 0);
    buf_byte(&b, ' ');
    buf_u64(&b, UINT64_MAX);
    buf_byte(&b, ' ');
    buf_hex(&b, bytes, sizeof bytes);
    buf_fmt(&b, " %s %d", "x", -5);
    assert_is(buf_str(&b), "0 18446744073709551615 007fff x -5");
}

static void numbers(void **state)
{
    (void)state;
    for (uint64_t n = 1, i = 0; i < 64; i++, n *= 2)
        for (uint64_t k = n - 1; k <= n + 1; k++) {
            AUTO(buf_release) struct buf b = { 0 };
            char                         want[24];

            buf_init(&b, 1000, "a test");
            snprintf(want, sizeof want, "%llu", (unsigned long long)k);
            buf_u64(&b, k);
            assert_text(buf_str(&b), str_from(want));
        }
}

static void percent_and_csv(void **state)
{
    static const struct {
        const char *in, *csv;
    } rows[] = {
        { "", "" },
        { "a b", "a b" },
        { "a,b", "\"a,b\"" },
        { "a\"b", "\"a\"\"b\"" },
        { "a\nb", "\"a\nb\"" },
        { "a\rb", "\"a\rb\"" },
        { "\"", "\"\"\"\"" },
        { "a;b", "a;b" },
    };
    AUTO(buf_release) struct buf b;

    (void)state;
    buf_init(&b, 1000, "a test");
    buf_percent(&b, STR("aZ09-._~ +&=%/\xc3\xa9\n"));
    assert_is(buf_str(&b), "aZ09-._~%20%2B%26%3D%25%2F%C3%A9%0A");
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_reset(&b);
        buf_csv(&b, str_from(rows[i].in));
        if (!str_is(buf_str(&b), rows[i].csv))
            fail_row(i, "got %s", buf_cstr(&b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_its_first_failure),
        cmocka_unit_test(an_empty_one_is_fine),
        cmocka_unit_test(grows_to_its_ceiling),
        cmocka_unit_test(formats_numbers),
        cmocka_unit_test(percent_and_csv),
        cmocka_unit_test(numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
