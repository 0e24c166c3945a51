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

static void json_strings(void **state)
{
    static const struct {
        const char *in;
        size_t      len;
        const char *want;
    } rows[] = {
        { "", 0, "\"\"" },
        { "plain ~ text", 12, "\"plain ~ text\"" },
        { "\"\\\b\t\n\f\r", 7, "\"\\\"\\\\\\b\\t\\n\\f\\r\"" },
        { "\0\x01\x1f", 3, "\"\\u0000\\u0001\\u001f\"" },
        { "\x7f", 1, "\"\x7f\"" },
        { "Zo\xc3\xab \xf0\x9f\x98\x80", 9, "\"Zo\xc3\xab \xf0\x9f\x98\x80\"" },
        { "a\xff"
          "b",
          3,
          "\"a\xef\xbf\xbd"
          "b\"" },                                                         /* no UTF-8 */
        { "\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* a surrogate */
        { "\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                 /* overlong */
        { "\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                 /* cut off */
        { "\xef\xbf\xbd", 3, "\"\xef\xbf\xbd\"" },                         /* itself */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf b;

        buf_init(&b, 1000, "a test");
        buf_json(&b, str_of(rows[i].in, rows[i].len));
        if (!str_is(buf_str(&b), rows[i].want))
            fail_row(i, "got %s", buf_cstr(&b));
    }
}

/* Each ASCII byte stands for itself but for the two that JSON escapes and the controls (RFC 8259 7). */
static void json_every_byte(void **state)
{
    (void)state;
    for (int c = 0; c < 0x80; c++) {
        AUTO(buf_release) struct buf b;
        char                         byte = (char)c;

        buf_init(&b, 1000, "a test");
        buf_json(&b, str_of(&byte, 1));
        if (c >= 0x20 && c != '"' && c != '\\')
            assert_int_equal(b.len, 3);
        else
            assert_int_equal(b.ptr[1], '\\');
    }
}

/* Each byte that is no plain one, at each place of texts as long as the steps in which they are copied, and longer. */
static void json_at_every_place(void **state)
{
    static const char odd[] = { 0, 0x1f, '"', '\\', (char)0x80, (char)0xff };

    (void)state;
    for (size_t len = 1; len <= 40; len++)
        for (size_t at = 0; at < len; at++)
            for (size_t i = 0; i < sizeof odd; i++) {
                AUTO(buf_release) struct buf whole = { 0 }, parts = { 0 }, one = { 0 };
                char                         text[40];

                memset(text, 'x', len);
                text[at] = odd[i];
                buf_init(&whole, 1000, "a test");
                buf_init(&parts, 1000, "a test");
                buf_init(&one, 1000, "a test");
                buf_json(&whole, str_of(text, len));
                buf_byte(&parts, '"');
                for (size_t k = 0; k < len; k++) {
                    buf_reset(&one);
                    buf_json(&one, str_of(text + k, 1));
                    buf_add(&parts, str_of(one.ptr + 1, one.len - 2));
                }
                buf_byte(&parts, '"');
                assert_text(buf_str(&whole), buf_str(&parts));
            }
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
        cmocka_unit_test(json_strings),
        cmocka_unit_test(json_every_byte),
        cmocka_unit_test(percent_and_csv),
        cmocka_unit_test(json_at_every_place),
        cmocka_unit_test(numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
