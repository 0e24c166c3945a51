/* tests/unit/extract/test_rejects.c - etl/extract/rejects.h, sealed_cells.h: a reject keeps its bytes, its secrets go sealed and come back. */
#include "etl/extract/rejects.h"

#include "etl/extract/sealed_cells.h"
#include "etl/secrets/sealer.h"
#include "tests/unit/extract/extract_bench.h"

static const char mapping[] =
    "mapping: 1\nprovider: ispn\ninputs: {people: {secret: [pin]}}\n"
    "calls: [{command: addcust, fields: {billid: \"{{ id }}\"}}]\n";

static struct finding finding_of(const char *rule)
{
    struct finding f = { .severity = SEVERITY_ERROR };

    err_set(&f.err, ETL_REJECT, rule, "is wrong");
    f.err.field = "billid";
    return f;
}

/* The first record of the file is written as a reject; the reject file comes back. */
static struct str reject_first(struct extract_bench *b, struct key *key)
{
    struct file_source   *f = bench_open(b, "people.csv");
    struct record_source *s = file_source_records(f);
    struct rejects       *r = rejects_new(b->folder, b->mapping, 0, file_source_form(f), key);
    struct finding        why = finding_of("phone10");
    struct record_block  *block;
    struct source_record  row;
    struct str            text = STR("");

    assert_int_equal(record_source_block(s, &block, NULL), ETL_OK);
    assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
    assert_int_equal(rejects_add(r, &row.record, &why, 1, NULL), ETL_OK);
    assert_int_equal(rejects_commit(r, NULL), ETL_OK);
    rejects_free(r);
    record_block_release(block);
    record_source_close(s);
    assert_int_equal(file_read(bench_path(b, "people.csv"), 1 << 20, &b->mem, &text, NULL), ETL_OK);
    return text;
}

static void secrets_go_sealed_and_come_back(void **state)
{
    struct extract_bench  b;
    struct key           *key;
    struct sealer        *sealer;
    struct record_source *s;
    struct record_block  *block;
    struct source_record  row;
    struct str            text;

    (void)state;
    bench_begin(&b, mapping);
    assert_int_equal(key_open(bench_path(&b, "key"), &real_random, &key, NULL), ETL_OK);
    bench_write(&b, "people.csv", STR("id,pin,note\n7,Kite-xq,\"a, b\"\n"));
    text = reject_first(&b, key);
    assert_true(str_starts(text, STR("id,pin,note,_errors\n7,sealed:")));
    assert_true(str_ends(text, STR(",\"a, b\",billid: is wrong (phone10)\n")));
    assert_false(str_contains(text, STR("Kite")));
    s = file_source_records(bench_open(&b, "people.csv"));
    sealer = sealer_new(key);
    assert_int_equal(record_source_block(s, &block, NULL), ETL_OK);
    assert_int_equal(record_source_next(s, block, &row, NULL), ETL_OK);
    assert_int_equal(sealed_cells_open(sealer, b.mapping, 0, &row.record, &b.mem, NULL), ETL_OK);
    assert_is(row.record.cells[1], "Kite-xq");
    record_block_release(block);
    record_source_close(s);
    sealer_free(sealer);
    key_free(key);
    bench_end(&b);
}

static void a_headerless_file_gets_a_column(void **state)
{
    struct arena       mem;
    struct str         names[] = { STR("id") };
    struct csv_options with_header = { .has_header = true }, without = { .names = names, .name_count = 1 };

    (void)state;
    arena_init(&mem, 1 << 16, "a test");
    rejects_expect_reasons(&with_header, &mem);
    assert_int_equal(with_header.name_count, 0);
    rejects_expect_reasons(&without, &mem);
    assert_int_equal(without.name_count, 2);
    assert_is(without.names[1], REJECTS_COLUMN);
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_go_sealed_and_come_back),
        cmocka_unit_test(a_headerless_file_gets_a_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
