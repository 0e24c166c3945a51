/* tests/unit/extract/test_file_source.c - etl/extract/file_source.h, record_copy.h: every record is added; again, once more, copied. */
#include "etl/extract/record_copy.h"
#include "tests/unit/extract/extract_bench.h"

static const char csv_mapping[] =
    "mapping: 1\nprovider: ispn\n"
    "calls: [{command: addcust, fields: {billid: \"{{ id }}\", title: \"{{ name }}\"}}]\n";
static const char json_mapping[] =
    "mapping: 1\nprovider: ispn\ninputs: {people: {format: json}}\n"
    "calls: [{command: addcust, each: boxes, fields: {billid: \"{{ record.id }}\", title: \"{{ name }}\"}}]\n";

static void every_record_is_added(void **state)
{
    struct extract_bench  b;
    struct record_source *s;
    struct record_block  *block;
    struct source_record  row;
    struct str            text = STR("id,name\n7,Ann\n8,\"B\nob\"\n9,C,surplus\n");
    struct file_source   *f;
    struct err            err = { 0 };

    (void)state;
    bench_begin(&b, csv_mapping);
    bench_write(&b, "people.csv", text);
    f = bench_open(&b, "people.csv");
    s = file_source_records(f);
    assert_string_equal(record_source_name(s), "people.csv");
    for (int pass = 0; pass < 2; pass++) {
        assert_int_equal(record_source_block(s, &block, NULL), ETL_OK);
        assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
        assert_is(row.record.cells[1], "Ann");
        assert_int_equal(row.change, RECORD_ADDED);
        assert_null(row.old);
        assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
        assert_int_equal(record_source_next(s, block, &row, &err), ETL_REJECT);
        assert_false(row.is_damaged); /* a record, with a cell too many */
        assert_int_equal(record_source_next(s, block, &row, NULL), ETL_END);
        record_block_release(block);
        assert_int_equal(record_source_block(s, &block, NULL), ETL_END);
        assert_int_equal(file_source_bytes(f), text.len);
        if (pass == 0) /* the digest is that of the second pass alone */
            assert_int_equal(record_source_rewind(s, NULL), ETL_OK);
    }
    assert_string_equal(file_source_digest(f).text, sha256_of(text).text);
    record_source_close(s);
    bench_end(&b);
}

static void a_record_is_read_again(void **state)
{
    struct extract_bench  b;
    struct record_source *s;
    struct record_block  *block;
    struct source_record  row;
    struct record         again;

    (void)state;
    bench_begin(&b, csv_mapping);
    bench_write(&b, "people.csv", STR("id,name\n7,Ann\n8,Bob\n"));
    s = file_source_records(bench_open(&b, "people.csv"));
    assert_int_equal(record_source_block(s, &block, NULL), ETL_OK);
    assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
    assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
    assert_int_equal(record_source_again(s, row.record.offset, row.record.length, &b.mem, &again, NULL), ETL_OK);
    assert_is(again.cells[1], "Bob");
    record_block_release(block);
    record_source_close(s);
    bench_end(&b);
}

static void a_copy_outlives_its_block(void **state)
{
    struct extract_bench  b;
    struct record_source *s;
    struct record_block  *block;
    struct source_record  row;
    struct record         copy;

    (void)state;
    bench_begin(&b, json_mapping);
    bench_write(&b, "people.json", STR("[{\"id\": \"7\", \"boxes\": [{\"name\": \"x\"}, {\"name\": \"y\"}]}]"));
    s = file_source_records(bench_open(&b, "people.json"));
    assert_int_equal(record_source_block(s, &block, NULL), ETL_OK);
    assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
    copy = record_copy(b.mapping, 0, &row.record, &b.mem);
    record_block_release(block);
    record_source_close(s);
    assert_is(copy.cells[0], "7");
    assert_int_equal(copy.lists[0].count, 2);
    assert_is(copy.lists[0].cells[1], "y");
    bench_end(&b);
}

static void a_missing_file_is_named(void **state)
{
    struct extract_bench       b;
    struct file_source_options options = { 0 };
    struct file_source        *f = NULL;
    struct err                 err = { 0 };

    (void)state;
    bench_begin(&b, csv_mapping);
    options.path = bench_path(&b, "nothing.csv");
    assert_int_equal(file_source_open(b.mapping, 0, &options, &b.mem, &f, &err), ETL_UNREAD);
    assert_string_equal(err.file, options.path);
    record_source_close(file_source_records(f));
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_is_added),
        cmocka_unit_test(a_record_is_read_again),
        cmocka_unit_test(a_copy_outlives_its_block),
        cmocka_unit_test(a_missing_file_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
