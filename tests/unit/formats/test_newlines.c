/* tests/unit/formats/test_newlines.c - formats/newlines.h: the count is that of a simple loop, at every length and place. */
#include "formats/newlines.h"

#include "tests/unit/check.h"

static void the_count_is_right(void **state)
{
    static char bytes[9000];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i % 7 == 0 || i % 11 == 3 ? '\n' : i % 5 == 0 ? '\r' : 'x';
    for (size_t len = 0; len < sizeof bytes; len += len < 100 ? 1 : 997) {
        uint64_t lf = 0, cr = 0;

        for (size_t i = 0; i < len; i++) {
            lf += bytes[i] == '\n';
            cr += bytes[i] == '\r';
        }
        assert_int_equal(newlines_count(bytes, len, '\n'), lf);
        assert_int_equal(newlines_count(bytes, len, '\r'), cr);
    }
    memset(bytes, '\n', sizeof bytes); /* a counter of one byte must not run over */
    assert_int_equal(newlines_count(bytes, sizeof bytes, '\n'), sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_count_is_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
