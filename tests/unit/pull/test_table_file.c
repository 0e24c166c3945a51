/* tests/unit/pull/test_table_file.c - etl/pull/table_file.h: rows as they come, or joined by their key; extras behind the table's columns. */
#include "etl/pull/table_file.h"

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "tests/unit/check.h"

static struct table_column columns[] = { { .name = BYTES("login"), .type = COLUMN_LOGIN },
                                         { .name = BYTES("name"), .type = COLUMN_TEXT },
                                         { .name = BYTES("city"), .type = COLUMN_TEXT } };
static size_t              key[] = { 0 };
static const struct table  table = {
     .name = BYTES("logins"), .columns = columns, .column_count = 3, .key = key, .key_count = 1
};

static struct str write_rows(bool joined, struct arena *mem, uint64_t *count)
{
    static const bool       fills[] = { true, true, false };
    static const struct str extras[] = { BYTES("x_age"), BYTES("x_pin") };
    static const struct {
        struct str        cells[3];
        struct pair_value extra;
    } rows[] = {
        { { BYTES("Anna"), BYTES(""), BYTES("Rome") }, { BYTES("x_pin"), BYTES("1") } },
        { { BYTES("bob"), BYTES("a, \"b\""), BYTES("") }, { BYTES("x_age"), BYTES("40") } },
        { { BYTES("anna"), BYTES("Anna B"), BYTES("") }, { BYTES("x_pin"), BYTES("2") } },
    };
    const struct table_shape shape = { .table = &table, .fills = fills, .extras = extras, .extra_count = 2 };
    char                     folder[] = "/tmp/table_file.XXXXXX", path[64];
    struct table_file       *f;
    struct str               text;
    struct err               err = { 0 };

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/logins.csv", folder);
    assert_int_equal(table_file_open(path, &shape, joined, &f, &err), ETL_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str              cells[3] = { rows[i].cells[0], rows[i].cells[1], rows[i].cells[2] };
        const struct normal_row row = { .cells = cells, .extras = &rows[i].extra, .extra_count = 1 };

        assert_int_equal(table_file_add(f, &row, &err), ETL_OK);
    }
    assert_int_equal(table_file_end(f, count, &err), ETL_OK);
    table_file_free(f);
    assert_int_equal(file_read(path, 1 << 20, mem, &text, &err), ETL_OK);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing else is left */
    return text;
}

static void rows_as_they_come(void **state)
{
    AUTO(arena_release) struct arena mem;
    uint64_t                         count;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    assert_is(write_rows(false, &mem, &count),
              "login,name,x_age,x_pin\nAnna,,,1\nbob,\"a, \"\"b\"\"\",40,\nanna,Anna B,,2\n");
    assert_int_equal(count, 3);
}

static void rows_of_one_key_become_one(void **state)
{
    AUTO(arena_release) struct arena mem;
    uint64_t                         count;

    (void)state;
    arena_init(&mem, 1 << 20, "a test");
    /* A later row fills only what is empty; a login is the same in both cases. */
    assert_is(write_rows(true, &mem, &count), "login,name,x_age,x_pin\nAnna,Anna B,,1\nbob,\"a, \"\"b\"\"\",40,\n");
    assert_int_equal(count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_as_they_come),
        cmocka_unit_test(rows_of_one_key_become_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
