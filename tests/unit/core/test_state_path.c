/* tests/unit/core/test_state_path.c - etl/core/system/state_path.h: where the state lies, by the environment. */
#include "etl/core/system/state_path.h"

#include <stdlib.h>

#include "tests/unit/check.h"

static const struct {
    const char *state, *home, *below, *want; /* want NULL: there is no place */
} rows[] = {
    { "/s", "/h", "key", "/s/subferry/key" },
    { "/s", NULL, "", "/s/subferry" },
    { NULL, "/h", "plans", "/h/.local/state/subferry/plans" },
    { "", "/h", "", "/h/.local/state/subferry" },
    { "relative", "/h", "", "/h/.local/state/subferry" }, /* the XDG specification: to be ignored */
    { NULL, "relative", "", NULL },
    { NULL, NULL, "", NULL },
    { "/a-path-that-is-too-long-for-the-caller", NULL, "key", NULL },
};

static void set(const char *name, const char *value)
{
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void by_the_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char            out[40] = "";
        struct err      err = { 0 };
        enum etl_status st;

        set("XDG_STATE_HOME", rows[i].state);
        set("HOME", rows[i].home);
        st = state_path(rows[i].below, out, sizeof out, &err);
        if ((st == ETL_OK) != (rows[i].want != NULL) || (st == ETL_OK && strcmp(out, rows[i].want) != 0))
            fail_row(i, "%s", out);
        if (st != ETL_OK)
            assert_string_equal(err.rule, "state-place");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(by_the_environment) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
