/* tests/unit/formats/test_json_string.c - formats/json_string.h: every escape becomes its character. */
#include "formats/json_string.h"

#include "tests/unit/check.h"

static void texts(void **state)
{
    static const struct {
        const char *quoted, *text;
    } rows[] = {
        { "\"\"", "" },
        { "\"plain\"", "plain" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"a\\u00e9\\u20AC\\ud83d\\uDE00z\"", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1000, "a test");
        json_string_decode(&out, str_from(rows[i].quoted));
        if (!str_is(buf_str(&out), rows[i].text))
            fail_row(i, "got %s", buf_cstr(&out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
