/* tests/unit/mapping/test_input_format.c - etl/mapping/input_format.h: the rows stand in the order of the words of format:. */
#include "etl/mapping/input_format.h"

#include "etl/mapping/keywords.h"
#include "tests/unit/check.h"

static void rows_are_in_the_order_of_the_words(void **state)
{
    size_t i = 0;

    (void)state;
    for (; mapping_formats[i] != NULL; i++) {
        assert_non_null(input_formats[i]);
        assert_string_equal(input_formats[i]->name, mapping_formats[i]);
        if (input_formats[i]->open == NULL || input_formats[i]->columns == NULL)
            fail_row(i, "%s cannot be opened", mapping_formats[i]);
    }
    assert_null(input_formats[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rows_are_in_the_order_of_the_words) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
