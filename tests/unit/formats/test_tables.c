/* tests/unit/formats/test_tables.c - the normalized tables: their definition loads, their page is current, each type is written and compared as it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "etl/core/system/atomic_file.h"
#include "formats/tables.h"

static const struct {
    enum column_type type;
    const char      *a, *b;
    bool             equal;
} pairs[] = {
    { COLUMN_TEXT, " a ", "a", true },
    { COLUMN_TEXT, "a", "A", false },
    { COLUMN_TEXT, "007", "7", false },
    { COLUMN_NAME, "Doe,  John", "DOE, JOHN", true },
    { COLUMN_NAME, "Mc Donald", "McDonald", false },
    { COLUMN_NAME, "Ann", "Anna", false },
    { COLUMN_EMAIL, "Ann@X.net", "ann@x.net", true },
    { COLUMN_LOGIN, "ann", "ann2", false },
    { COLUMN_PHONE, "(913) 555-0147", "9135550147", true },
    { COLUMN_PHONE, "+1 913 555 0147", "913.555.0147", true },
    { COLUMN_PHONE, "5550147", "9135550147", false },
    { COLUMN_PHONE, "none", "", false },
    { COLUMN_NUMBER, "10.50", "10.5", true },
    { COLUMN_NUMBER, "-0", "0.00", true },
    { COLUMN_NUMBER, "1", "-1", false },
    { COLUMN_NUMBER, "007", "7", true },
    { COLUMN_NUMBER, "1e3", "1000", false },
    { COLUMN_IP, "2001:db8::1", "2001:DB8:0:0::1", true },
    { COLUMN_IP, "10.0.0.1", "10.0.0.2", false },
    { COLUMN_MAC, "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e", true },
    { COLUMN_MAC, "00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5f", false },
    { COLUMN_DATE, "2026-01-02", "2026-01-03", false },
    { COLUMN_STATUS, "active", "disabled", false },
};

static void each_type_has_its_own_equal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(column_equal(pairs[i].type, str_from(pairs[i].a), str_from(pairs[i].b)), pairs[i].equal);
        assert_int_equal(column_equal(pairs[i].type, str_from(pairs[i].b), str_from(pairs[i].a)), pairs[i].equal);
    }
}

static const struct {
    enum column_type type;
    const char      *in, *out;
    bool             good;
} forms[] = {
    { COLUMN_BOOL, "Y", "true", true },
    { COLUMN_BOOL, "0", "false", true },
    { COLUMN_BOOL, "maybe", "maybe", false },
    { COLUMN_DATE, "0000-00-00", "", true },
    { COLUMN_DATE, "2026-02-03T04:05:06", "2026-02-03", true },
    { COLUMN_DATE, "02/03/2026", "02/03/2026", false },
    { COLUMN_TIME, "2026-02-03 04:05", "2026-02-03 04:05:00", true },
    { COLUMN_TIME, "0000-00-00 00:00:00", "", true },
    { COLUMN_TIME, "2026-02-03T04:05:06.789", "2026-02-03 04:05:06", true },
    { COLUMN_MAC, "00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e", true },
    { COLUMN_MAC, "00-1A", "00-1A", false },
    { COLUMN_STATUS, "active", "active", true },
    { COLUMN_STATUS, "current", "current", false },
    { COLUMN_NUMBER, " 10.5 ", "10.5", true },
    { COLUMN_NUMBER, "10,5", "10,5", false },
    { COLUMN_IP, "10.0.0.256", "10.0.0.256", false },
    { COLUMN_TEXT, " a b ", "a b", true },
};

static void values_are_brought_to_their_form(void **state)
{
    struct arena mem;

    (void)state;
    arena_init(&mem, 1 << 20, "test");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct str got = column_normalize(forms[i].type, str_from(forms[i].in), &mem);

        assert_true(str_is(got, forms[i].out));
        assert_int_equal(column_is_well_written(forms[i].type, got), forms[i].good);
    }
    arena_release(&mem);
}

/* SUBFERRY_UPDATE=1 writes the page anew. */
static void the_page_is_current(void **state)
{
    AUTO(buf_release) struct buf page;
    struct arena                 mem;
    struct findings              faults;
    struct tables                tables = { 0 };
    struct str                   kept = STR_NONE;
    struct err                   err = { 0 };

    (void)state;
    arena_init(&mem, 16 << 20, "test");
    findings_init(&faults, &mem);
    buf_init(&page, 1 << 20, "test");
    assert_int_equal(tables_load(&mem, &tables, &faults), ETL_OK);
    assert_true(tables.count >= 22);
    for (size_t i = 0; i < tables.count; i++)
        assert_true(tables.items[i].key_count != 0);
    tables_describe(&tables, &page);
    if (getenv("SUBFERRY_UPDATE") != NULL) {
        struct atomic_file file;

        assert_int_equal(atomic_file_begin(&file, "../../formats/tables.md", &err), ETL_OK);
        assert_int_equal(atomic_file_write(&file, buf_str(&page), &err), ETL_OK);
        assert_int_equal(atomic_file_commit(&file, &err), ETL_OK);
    }
    assert_int_equal(file_read("../../formats/tables.md", 1 << 20, &mem, &kept, &err), ETL_OK);
    assert_true(str_eq(kept, buf_str(&page)));
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_its_own_equal),
        cmocka_unit_test(values_are_brought_to_their_form),
        cmocka_unit_test(the_page_is_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
