/* tests/unit/formats/test_dotted_path.c - formats/dotted_path.h: a place and what is below it; numbers do not count. */
#include "formats/dotted_path.h"

#include "tests/unit/check.h"

static void paths(void **state)
{
    static const struct {
        const char *path, *place;
        bool        within;
    } rows[] = {
        { "a", "a", true },        { "a.b", "a", true },     { "a", "a.b", false }, { "ab", "a", false },
        { "a.0.b", "a.b", true },  { "a.b", "a.0.b", true }, { "a.0", "a", true },  { "a.b.c", "a.b", true },
        { "a.c.b", "a.b", false }, { "x.a", "a", false },
    };
    AUTO(arena_release) struct arena mem;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    for (size_t i = 0; i < COUNT(rows); i++)
        if (dotted_path_is_within(str_from(rows[i].path), str_from(rows[i].place)) != rows[i].within)
            fail_row(i, "%s in %s", rows[i].path, rows[i].place);
    assert_is(dotted_path_without_numbers(STR("a.0.b.12"), &mem), "a.b");
    assert_is(dotted_path_without_numbers(STR("a"), &mem), "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
