/* tests/unit/language/test_lookup.c - etl/language/lookup.h: keys found among many, doubles, and CSV files. */
#include "etl/language/lookup.h"

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/limits.h"
#include "etl/core/system/atomic_file.h"
#include "tests/unit/check.h"

static void many_keys_are_found(void **state)
{
    enum { KEYS = 1000 };
    struct arena  mem;
    struct lookup t = { .name = STR("t") };

    (void)state;
    arena_init(&mem, 16 << 20, "a test");
    assert_null(lookup_find(&t, STR("1")));
    for (unsigned i = 0; i < KEYS; i++)
        assert_int_equal(
            lookup_add(&t, arena_fmt(&mem, "%u", i), VALUE_OF(arena_fmt(&mem, "v%u", i)), i + 1, &mem, NULL), ETL_OK);
    for (unsigned i = 0; i < KEYS; i++)
        assert_text(lookup_find(&t, arena_fmt(&mem, "%u", i))->text, arena_fmt(&mem, "v%u", i));
    assert_null(lookup_find(&t, STR("1000")));
    assert_null(lookup_find(&t, STR("01"))); /* keys are texts */
    arena_release(&mem);
}

static void a_key_has_one_value(void **state)
{
    struct arena  mem;
    struct lookup t = { .name = STR("t") };
    struct err    err = { 0 };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(lookup_add(&t, STR("a"), VALUE_OF(STR("x")), 2, &mem, &err), ETL_OK);
    assert_int_equal(lookup_add(&t, STR("a"), VALUE_OF(STR("x")), 3, &mem, &err), ETL_OK);
    assert_int_equal(t.count, 1);
    assert_int_equal(lookup_add(&t, STR("a"), VALUE_OF(STR("y")), 4, &mem, &err), ETL_FAIL);
    assert_string_equal(err.rule, "lookup-twice");
    assert_non_null(strstr(err.text, "lines 2 and 4"));
    arena_release(&mem);
}

static void what_a_secret_lookup_yields_is_secret(void **state)
{
    struct arena  mem;
    struct lookup t = { .name = STR("t"), .secret = true };

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_int_equal(lookup_add(&t, STR("a"), VALUE_OF(STR("x")), 1, &mem, NULL), ETL_OK);
    assert_true(lookup_find(&t, STR("a"))->secret);
    arena_release(&mem);
}

static enum etl_status read_file(struct arena *mem, struct lookup *t, const char *value, struct str text,
                                 struct err *err)
{
    AUTO(buf_release) struct buf bytes;
    char                         folder[] = "/tmp/test_lookup.XXXXXX";
    struct atomic_file           file = { 0 };
    struct lookup_file           from = { .csv = { .delimiter = ',', .quote = '"', .has_header = true } };
    enum etl_status              st;

    assert_non_null(mkdtemp(folder));
    from.path = arena_fmt(mem, "%s/t.csv", folder).ptr;
    from.key = STR("code");
    from.value = str_from(value);
    from.bytes = &bytes;
    buf_init(&bytes, LOOKUP_FILE_BYTES_MAX, "a lookup file");
    assert_int_equal(atomic_file_begin(&file, from.path, NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
    st = lookup_read(t, &from, mem, err);
    if (st == ETL_OK)
        assert_text(buf_str(&bytes), text); /* the plan's seal covers these bytes */
    unlink(from.path);
    rmdir(folder);
    return st;
}

static void a_file_fills_it(void **state)
{
    struct arena  mem;
    struct lookup t = { .name = STR("t") }, other = { .name = STR("t") };
    struct err    err = { 0 };
    struct str    text = STR("code,plan\nD1,dsl\n,nothing\nD2,\"fiber, fast\"\n");

    (void)state;
    arena_init(&mem, 16 << 20, "a test");
    assert_int_equal(read_file(&mem, &t, "plan", text, &err), ETL_OK);
    assert_int_equal(t.count, 2); /* an empty key is no entry */
    assert_is(lookup_find(&t, STR("D2"))->text, "fiber, fast");
    assert_int_equal(read_file(&mem, &other, "plam", text, &err), ETL_FAIL);
    assert_string_equal(err.rule, "lookup-column");
    assert_non_null(strstr(err.text, "did you mean \"plan\""));
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_keys_are_found),
        cmocka_unit_test(a_key_has_one_value),
        cmocka_unit_test(what_a_secret_lookup_yields_is_secret),
        cmocka_unit_test(a_file_fills_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
