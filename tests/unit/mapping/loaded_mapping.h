/* tests/unit/mapping/loaded_mapping.h - a mapping written into a folder and loaded, for the tests of this room. */
#ifndef TESTS_UNIT_MAPPING_LOADED_MAPPING_H
#define TESTS_UNIT_MAPPING_LOADED_MAPPING_H

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/random.h"
#include "etl/mapping/mapping.h"
#include "etl/secrets/key.h"
#include "tests/unit/check.h"

#define HEAD    "mapping: 1\nprovider: ispn\n"
#define ADDCUST "  - command: addcust\n    fields: {billid: \"{{ A }}\"}\n"

struct loaded {
    struct arena    mem;
    struct findings faults;
    struct mapping *m;
    enum etl_status status;
    char            folder[64];
};

static inline void write_text(struct loaded *l, const char *name, struct str text)
{
    struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, arena_fmt(&l->mem, "%s/%s", l->folder, name).ptr, NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

static inline void begin(struct loaded *l)
{
    *l = (struct loaded){ .folder = "/tmp/test_mapping.XXXXXX" };
    arena_init(&l->mem, 256 << 20, "a test");
    findings_init(&l->faults, &l->mem);
    assert_non_null(mkdtemp(l->folder));
}

static inline void load_set(struct loaded *l, struct str text, const struct pair_value *set, size_t set_count)
{
    struct mapping_source source = { .set = set, .set_count = set_count };

    write_text(l, "m.yaml", text);
    source.name = arena_fmt(&l->mem, "%s/m.yaml", l->folder);
    l->status = mapping_load(&source, &l->mem, &l->m, &l->faults);
}

static inline void load(struct loaded *l, struct str text)
{
    begin(l);
    load_set(l, text, NULL, 0);
}

static inline void release(struct loaded *l)
{
    static const char *const names[] = { "m.yaml", "plans.csv", "p.yaml" };

    for (size_t i = 0; i < COUNT(names); i++)
        unlink(arena_fmt(&l->mem, "%s/%s", l->folder, names[i]).ptr);
    rmdir(l->folder);
    mapping_free(l->m);
    arena_release(&l->mem);
}

static inline void print_faults(const struct loaded *l)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "faults");
    findings_print(&out, &l->faults);
    fputs(buf_cstr(&out), stderr);
}

/* "LINE:COLUMN rule" of each fault, in order, against what is wanted; words that its text must have. */
struct want {
    uint64_t    line;
    uint32_t    column;
    const char *rule, *words;
};

static inline bool has_faults(const struct loaded *l, const struct want *want, size_t count)
{
    bool good = l->faults.count == count;

    for (size_t i = 0; good && i < count; i++) {
        const struct err *err = &l->faults.items[i].err;

        if (err->line == want[i].line && err->column == want[i].column && strcmp(err->rule, want[i].rule) == 0 &&
            strstr(err->text, want[i].words) != NULL)
            continue;
        print_error("fault %zu: want %llu:%u %s (%s)\n", i + 1, (unsigned long long)want[i].line, want[i].column,
                    want[i].rule, want[i].words);
        good = false;
    }
    if (!good)
        print_faults(l);
    return good;
}

static inline void expect_well(const struct loaded *l)
{
    if (l->status == ETL_OK && l->faults.count == 0)
        return;
    print_faults(l);
    fail();
}

static inline struct key *test_key(struct loaded *l)
{
    char       *path = arena_cstr(&l->mem, arena_fmt(&l->mem, "%s/key", l->folder));
    struct key *key = NULL;

    assert_int_equal(key_open(path, &real_random, &key, NULL), ETL_OK);
    unlink(path);
    return key;
}

#endif
