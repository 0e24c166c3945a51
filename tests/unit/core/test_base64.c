/* tests/unit/core/test_base64.c - base64 and base64url: the examples of RFC 4648 section 10, and every length over a piece's end. */
#include "etl/core/notation/base64.h"

#include "tests/unit/check.h"

static void examples_of_the_rfc(void **state)
{
    static const struct {
        const char *plain, *base64, *base64url;
    } rows[] = {
        { "", "", "" },
        { "f", "Zg==", "Zg" },
        { "fo", "Zm8=", "Zm8" },
        { "foo", "Zm9v", "Zm9v" },
        { "foob", "Zm9vYg==", "Zm9vYg" },
        { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
        { "\xfb\xff\xfe", "+//+", "-__-" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1000, "a test");
        base64_add(&out, str_from(rows[i].plain));
        assert_text(buf_str(&out), str_from(rows[i].base64));
        buf_reset(&out);
        base64url_add(&out, str_from(rows[i].plain));
        assert_text(buf_str(&out), str_from(rows[i].base64url));
        buf_reset(&out);
        base64_decode(&out, str_from(rows[i].base64));
        assert_text(buf_str(&out), str_from(rows[i].plain));
        buf_reset(&out);
        assert_true(base64url_decode(&out, str_from(rows[i].base64url)));
        assert_text(buf_str(&out), str_from(rows[i].plain));
    }
}

static void any_length_comes_back(void **state)
{
    static char bytes[10000];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 131 + i / 256);
    for (size_t len = 0; len <= sizeof bytes; len = len < 3000 ? len + 97 : len + 1 + len / 3070 % 2 * 31) {
        AUTO(buf_release) struct buf text = { 0 }, back = { 0 };

        buf_init(&text, 1 << 20, "a test");
        buf_init(&back, 1 << 20, "a test");
        base64url_add(&text, str_of(bytes, len));
        assert_true(base64url_decode(&back, buf_str(&text)));
        assert_text(buf_str(&back), str_of(bytes, len));
    }
}

static void strict_and_lenient(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1000, "a test");
    base64_decode(&out, STR(" Zm9v\r\n Ym Fy=\n"));
    assert_is(buf_str(&out), "foobar");
    buf_reset(&out);
    assert_false(base64url_decode(&out, STR("Zm9v YmFy")));
    buf_reset(&out);
    assert_false(base64url_decode(&out, STR("Zg==")));
    buf_reset(&out);
    assert_false(base64url_decode(&out, STR("a+b/")));
}

static void a_full_buffer_is_told(void **state)
{
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 4, "a test");
    assert_false(base64url_decode(&out, STR("Zm9vYmFy")));
    buf_reset(&out);
    base64_add(&out, STR("foobar"));
    assert_true(buf_failed(&out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfc),
        cmocka_unit_test(any_length_comes_back),
        cmocka_unit_test(strict_and_lenient),
        cmocka_unit_test(a_full_buffer_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
