/* tests/unit/formats/test_csv_spectrum.c - the public cases of csv-spectrum (npm), where scripts/setup could get them. */
#include <dirent.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#include "etl/core/system/atomic_file.h"
#include "formats/csv_reader.h"
#include "tests/unit/check.h"

static const char suite[] = SUITES_DIR "/csv-spectrum";

/* One record against the expected object, whose members are in the columns' order. */
static void check_record(const char *name, const struct record *record, const struct str *columns, yajl_val want)
{
    assert_true(YAJL_IS_OBJECT(want));
    assert_int_equal(record->count, YAJL_GET_OBJECT(want)->len);
    for (size_t i = 0; i < record->count; i++) {
        struct str text = str_from(YAJL_GET_STRING(YAJL_GET_OBJECT(want)->values[i]));

        if (!str_is(columns[i], YAJL_GET_OBJECT(want)->keys[i]) || !str_eq(record->cells[i], text))
            fail_row(i, "%s: got %.*s=%.*s, want %.*s", name, STR_ARG(columns[i]), STR_ARG(record->cells[i]),
                     STR_ARG(text));
    }
}

static void check_file(const char *name, yajl_val want)
{
    const struct csv_options options = { .delimiter = ',', .quote = '"', .has_header = true };
    char                     path[500];
    struct source           *source;
    struct record_reader    *r;
    struct record_block     *b;
    struct err               err = { 0 };
    const struct str        *columns;
    size_t                   count, records = 0;

    snprintf(path, sizeof path, "%s/csvs/%s.csv", suite, name);
    assert_int_equal(source_open(path, NULL, &source, &err), ETL_OK);
    assert_int_equal(csv_reader_open(source, &options, &r, &err), ETL_OK);
    columns = csv_reader_columns(r, &count);
    while (record_reader_block(r, &b, &err) == ETL_OK) {
        struct record record;
        bool          is_damaged;

        while (record_block_next(b, &record, &is_damaged, &err) == ETL_OK) {
            assert_true(records < YAJL_GET_ARRAY(want)->len);
            check_record(name, &record, columns, YAJL_GET_ARRAY(want)->values[records++]);
        }
        record_block_release(b);
    }
    assert_int_equal(records, YAJL_GET_ARRAY(want)->len);
    record_reader_close(r);
    source_close(source);
}

static void every_case(void **state)
{
    char   path[500], json_path[500];
    DIR   *dir;
    size_t ran = 0;

    (void)state;
    snprintf(path, sizeof path, "%s/csvs", suite);
    dir = opendir(path);
    if (dir == NULL) {
        print_message("csv-spectrum is not there: %s (scripts/setup tests gets it by npm)\n", path);
        skip();
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        AUTO(arena_release) struct arena mem;
        struct str                       name = str_from(e->d_name), text;
        struct err                       err = { 0 };
        char                             reason[200];
        yajl_val                         want;

        arena_init(&mem, 1 << 20, "a test");
        if (!str_ends(name, STR(".csv")))
            continue;
        name.len -= 4;
        snprintf(json_path, sizeof json_path, "%s/json/%.*s.json", suite, STR_ARG(name));
        assert_int_equal(file_read(json_path, 1 << 19, &mem, &text, &err), ETL_OK);
        want = yajl_tree_parse(text.ptr, reason, sizeof reason);
        if (want == NULL || !YAJL_IS_ARRAY(want)) { /* location_coordinates: its expectation is of another file */
            print_message("left out: %.*s, whose expectation is no array of records\n", STR_ARG(name));
            yajl_tree_free(want);
            continue;
        }
        check_file(arena_cstr(&mem, name), want);
        yajl_tree_free(want);
        ran++;
    }
    closedir(dir);
    assert_true(ran >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
