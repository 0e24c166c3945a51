/* tests/unit/extract/extract_bench.h - a folder with a mapping and an extract, for the tests of this room. */
#ifndef TESTS_UNIT_EXTRACT_EXTRACT_BENCH_H
#define TESTS_UNIT_EXTRACT_EXTRACT_BENCH_H

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/random.h"
#include "etl/extract/file_source.h"
#include "etl/mapping/mapping.h"
#include "tests/unit/check.h"

struct extract_bench {
    struct arena    mem;
    char            folder[64];
    struct findings faults;
    struct mapping *mapping;
};

static inline const char *bench_path(struct extract_bench *b, const char *name)
{
    return arena_fmt(&b->mem, "%s/%s", b->folder, name).ptr;
}

static inline void bench_write(struct extract_bench *b, const char *name, struct str text)
{
    struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, bench_path(b, name), NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

static inline void bench_begin(struct extract_bench *b, const char *mapping)
{
    struct mapping_source source;

    *b = (struct extract_bench){ .folder = "/tmp/test_extract.XXXXXX" };
    arena_init(&b->mem, 256 << 20, "a test");
    assert_non_null(mkdtemp(b->folder));
    findings_init(&b->faults, &b->mem);
    bench_write(b, "m.yaml", str_from(mapping));
    source = (struct mapping_source){ str_from(bench_path(b, "m.yaml")), NULL, 0, NULL };
    if (mapping_load(&source, &b->mem, &b->mapping, &b->faults) != ETL_OK)
        fail_row(0, "the mapping does not load: %s", b->faults.items[0].err.text);
}

/* Opened, started and bound. */
static inline struct file_source *bench_open(struct extract_bench *b, const char *name)
{
    struct file_source_options options = { .path = bench_path(b, name), .keeps_rows = true };
    struct file_source        *f = NULL;
    struct err                 err = { 0 };
    const struct str          *columns;
    size_t                     count;

    if (file_source_open(b->mapping, 0, &options, &b->mem, &f, &err) != ETL_OK || file_source_start(f, &err) != ETL_OK)
        fail_row(0, "%s", err.text);
    columns = file_source_columns(f, &count);
    assert_int_equal(mapping_bind(b->mapping, 0, columns, count, &b->faults), ETL_OK);
    return f;
}

static inline void bench_end(struct extract_bench *b)
{
    mapping_free(b->mapping);
    if (system(arena_fmt(&b->mem, "rm -rf %s", b->folder).ptr) != 0)
        print_error("cannot remove %s\n", b->folder);
    arena_release(&b->mem);
}

#endif
