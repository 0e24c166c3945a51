/* tests/unit/formats/test_json_list_frame.c - formats/json_list_frame.h: the objects around the list open and close. */
#include "formats/json_list_frame.h"

#include "tests/unit/check.h"

static void around_the_list(void **state)
{
    static const struct {
        const char *records, *text;
    } rows[] = {
        { "", "[]\n" },
        { "a", "{\"a\":[]}\n" },
        { "data.customers", "{\"data\":{\"customers\":[]}}\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO(buf_release) struct buf out;

        buf_init(&out, 1000, "a test");
        json_list_frame_begin(&out, str_from(rows[i].records));
        json_list_frame_end(&out, str_from(rows[i].records));
        if (!str_is(buf_str(&out), rows[i].text))
            fail_row(i, "got %s", buf_cstr(&out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(around_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
