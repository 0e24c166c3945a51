/* tests/unit/plan/plan_bench.h - a folder with a mapping and extracts, planned by a test: what is there afterwards, and what was told. */
#ifndef TESTS_UNIT_PLAN_PLAN_BENCH_H
#define TESTS_UNIT_PLAN_PLAN_BENCH_H

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/plan/plan.h"
#include "etl/secrets/key.h"
#include "tests/unit/check.h"

struct bench {
    struct arena        mem;
    char                folder[64];
    struct key         *key;
    struct findings     faults;
    struct plan_counts  counts;
    struct plan_options more; /* what a test wants of its plans besides */
};

static inline const char *path_of(struct bench *b, const char *name)
{
    return arena_fmt(&b->mem, "%s/%s", b->folder, name).ptr;
}

static inline void write_file(struct bench *b, const char *name, struct str text)
{
    struct atomic_file file = { 0 };

    assert_int_equal(atomic_file_begin(&file, path_of(b, name), NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, text, NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
}

static inline struct str read_file(struct bench *b, const char *name)
{
    struct str text;

    return file_read(path_of(b, name), 256 << 20, &b->mem, &text, NULL) == ETL_OK ? text : STR("");
}

static inline void begin(struct bench *b)
{
    *b = (struct bench){ .folder = "/tmp/test_plan.XXXXXX" };
    arena_init(&b->mem, 1 << 30, "a test");
    assert_non_null(mkdtemp(b->folder));
    assert_int_equal(key_open(path_of(b, "key"), &real_random, &b->key, NULL), ETL_OK);
}

static inline void end(struct bench *b)
{
    key_free(b->key);
    if (system(arena_fmt(&b->mem, "rm -rf %s", b->folder).ptr) != 0)
        print_error("cannot remove %s\n", b->folder);
    arena_release(&b->mem);
}

static inline void print_faults(struct bench *b)
{
    AUTO(buf_release) struct buf out = { 0 };

    buf_init(&out, 1 << 20, "faults");
    findings_print(&out, &b->faults);
    print_error("%s", buf_cstr(&out));
}

/* files: "customers=c.csv", names in the test's folder. */
static inline enum etl_status plan(struct bench *b, const char *run, const char *after, unsigned threads,
                                   const char *const *files)
{
    AUTO(buf_release) struct buf summary = { 0 };
    const char                  *paths[8];
    struct plan_options          o = b->more;

    o.mapping = path_of(b, "m.yaml");
    o.run = path_of(b, run);
    o.today = "2026-11-24";
    o.files = paths;
    o.threads = threads;
    o.key = b->key;
    o.version = "test";
    o.clock = &real_clock;
    o.random = &real_random;
    buf_init(&summary, 1 << 20, "the summary");
    findings_init(&b->faults, &b->mem);
    if (after != NULL)
        o.after = path_of(b, after);
    for (; files[o.file_count] != NULL; o.file_count++) {
        struct str input, file = str_cut(str_from(files[o.file_count]), '=', &input);

        paths[o.file_count] = arena_fmt(&b->mem, "%.*s=%s/%.*s", STR_ARG(input), b->folder, STR_ARG(file)).ptr;
    }
    return plan_make(&o, &b->mem, &b->counts, &summary, &b->faults);
}
#define FILES(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

static inline size_t count_of(struct str text, const char *words)
{
    size_t n = 0;

    for (const char *at = text.ptr; (at = memmem(at, (size_t)(text.ptr + text.len - at), words, strlen(words))) != NULL;
         at += strlen(words))
        n++;
    return n;
}

static inline void expect_text(struct str text, const char *words)
{
    if (str_contains(text, str_from(words)))
        return;
    print_error("no \"%s\" in\n%.*s\n", words, STR_ARG(text));
    fail();
}

static inline void expect_fault(struct bench *b, const char *rule, const char *words)
{
    for (size_t i = 0; i < b->faults.count; i++)
        if (strcmp(b->faults.items[i].err.rule, rule) == 0 && strstr(b->faults.items[i].err.text, words) != NULL)
            return;
    print_faults(b);
    print_error("no fault %s with \"%s\"\n", rule, words);
    fail();
}

#endif
