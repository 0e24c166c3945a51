/* tests/unit/core/test_err_json.c - a finding as a JSON object. */
#include "etl/core/notation/err_json.h"

#include "../check.h"

static void all_that_is_known_is_told(void **state)
{
    AUTO(buf_release) struct buf out;
    struct json_writer           w = json_writer(&out);
    const struct err             err = { "a \"b\".csv", 2, 5, "f", "r1", "line\nbreak" };

    (void)state;
    buf_init(&out, 10000, "a test");
    err_json(&w, &err, SEVERITY_WARNING);
    assert_is(buf_str(&out),
              "{\"severity\":\"warning\",\"file\":\"a \\\"b\\\".csv\",\"line\":2,\"column\":5,\"field\":\"f\","
              "\"rule\":\"r1\",\"message\":\"line\\nbreak\"}");
}

static void what_is_not_known_is_left_out(void **state)
{
    AUTO(buf_release) struct buf out;
    struct json_writer           w = json_writer(&out);
    const struct err             err = { .rule = "r1", .text = "no place" };

    (void)state;
    buf_init(&out, 10000, "a test");
    err_json(&w, &err, SEVERITY_ERROR);
    assert_is(buf_str(&out), "{\"severity\":\"error\",\"rule\":\"r1\",\"message\":\"no place\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_known_is_told),
        cmocka_unit_test(what_is_not_known_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
