/* tests/unit/core/test_json_string.c - a text as a string of JSON, and back. */
#include "etl/core/notation/json_string.h"

#include "tests/unit/check.h"

static void written(void **state)
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
        json_string_add(&b, str_of(rows[i].in, rows[i].len));
        if (!str_is(buf_str(&b), rows[i].want))
            fail_row(i, "got %s", buf_cstr(&b));
    }
}

/* Each ASCII byte stands for itself but for the two that JSON escapes and the controls (RFC 8259 7). */
static void every_byte(void **state)
{
    (void)state;
    for (int c = 0; c < 0x80; c++) {
        AUTO(buf_release) struct buf b;
        char                         byte = (char)c;

        buf_init(&b, 1000, "a test");
        json_string_add(&b, str_of(&byte, 1));
        if (c >= 0x20 && c != '"' && c != '\\')
            assert_int_equal(b.len, 3);
        else
            assert_int_equal(b.ptr[1], '\\');
    }
}

/* Each byte that is no plain one, at each place of texts as long as the steps in which they are copied, and longer. */
static void at_every_place(void **state)
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
                json_string_add(&whole, str_of(text, len));
                buf_byte(&parts, '"');
                for (size_t k = 0; k < len; k++) {
                    buf_reset(&one);
                    json_string_add(&one, str_of(text + k, 1));
                    buf_add(&parts, str_of(one.ptr + 1, one.len - 2));
                }
                buf_byte(&parts, '"');
                assert_text(buf_str(&whole), buf_str(&parts));
            }
}

static void decoded(void **state)
{
    static const struct {
        const char *between, *text;
    } rows[] = {
        { "", "" },
        { "plain", "plain" },
        { "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
        { "a\\u00e9\\u20AC\\ud83d\\uDE00z", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z" },
        { "\\ud83d", "\xef\xbf\xbd" }, /* half a pair */
        { "\\ud83d\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd" },
        { "\\ude00x", "\xef\xbf\xbdx" },
        { "\\u00", "u00" }, /* cut off: an escape that JSON does not know */
        { "\\u00zz", "\xef\xbf\xbd" },
        { "a\\", "a\\" },
        { "\\q", "q" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1000, "a test");
        json_string_decode(&out, str_from(rows[i].between));
        if (!str_is(buf_str(&out), rows[i].text))
            fail_row(i, "got %s", buf_cstr(&out));
    }
}

static void what_was_written_is_decoded_to_itself(void **state)
{
    AUTO(buf_release) struct buf out = { 0 }, back = { 0 };
    char                         all[0x80];

    (void)state;
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    buf_init(&out, 1000, "a test");
    buf_init(&back, 1000, "a test");
    json_string_add(&out, str_of(all, sizeof all));
    json_string_decode(&back, json_string_between(buf_str(&out)));
    assert_text(buf_str(&back), str_of(all, sizeof all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written),
        cmocka_unit_test(every_byte),
        cmocka_unit_test(at_every_place),
        cmocka_unit_test(decoded),
        cmocka_unit_test(what_was_written_is_decoded_to_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
