/* tests/unit/plan/test_pipeline.c - etl/plan/pipeline.h: a record's change picks its calls by on:, whatever source it comes from. */
#include "etl/plan/pipeline.h"

#include <stdlib.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/mapping/mapping.h"
#include "etl/plan/block.h"
#include "tests/unit/check.h"

/* ---- a source that knows what was before: one block of three records ---- */

static const struct str columns[] = { BYTES("id"), BYTES("phone") };
static const struct str new_cells[] = { BYTES("1"), BYTES("9135550101") },
                        changed_cells[] = { BYTES("2"), BYTES("9135550102") },
                        old_cells[] = { BYTES("2"), BYTES("9135550199") },
                        gone_cells[] = { BYTES("3"), BYTES("9135550103") };
static const struct record        old_record = { .cells = old_cells, .count = 2, .line = 2 };
static const struct record        gone_record = { .cells = gone_cells, .count = 2, .line = 3 };
static const struct source_record listed[] = {
    { .record = { .cells = new_cells, .count = 2, .line = 1 }, .change = RECORD_ADDED },
    { .record = { .cells = changed_cells, .count = 2, .line = 2 }, .change = RECORD_CHANGED, .old = &old_record },
    { .record = { .cells = gone_cells, .count = 2, .line = 3 }, .change = RECORD_REMOVED, .old = &gone_record },
};

struct listed_block {
    struct record_block base;
    size_t              at;
};
struct listed_source {
    struct record_source records;
    struct listed_block  block;
    bool                 is_read;
};

static uint64_t no_empty_lines(const struct record_block *b)
{
    (void)b;
    return 0;
}

static void release_nothing(struct record_block *b)
{
    (void)b;
}

static const struct record_style listed_block_style = { .empty_lines = no_empty_lines, .release = release_nothing };

static const char *listed_name(const struct record_source *s)
{
    (void)s;
    return "delta";
}

static enum etl_status listed_next_block(struct record_source *s, struct record_block **out, struct err *err)
{
    struct listed_source *l = (struct listed_source *)s;

    (void)err;
    if (l->is_read)
        return ETL_END;
    l->is_read = true;
    l->block = (struct listed_block){ { &listed_block_style }, 0 };
    *out = &l->block.base;
    return ETL_OK;
}

static enum etl_status listed_next(struct record_source *s, struct record_block *b, struct source_record *out,
                                   struct err *err)
{
    struct listed_block *block = (struct listed_block *)b;

    (void)s, (void)err;
    if (block->at == COUNT(listed))
        return ETL_END;
    *out = listed[block->at++];
    return ETL_OK;
}

static const struct record_source_style listed_style = { .name = listed_name,
                                                         .block = listed_next_block,
                                                         .next = listed_next };

/* ---- planning it ---- */

static const char by_change[] =
    "mapping: 1\nprovider: ispn\nallow: [cuts, destroys, spends, notifies]\nlane: \"{{ id }}\"\n"
    "calls:\n"
    "  - {command: addcust, fields: {billid: \"{{ id }}\", hphone: \"{{ phone }}\"}}\n"
    "  - {command: setbus, on: [changed], fields: {billid: \"{{ id }}\"}}\n"
    "  - {command: delcust, on: [removed], fields: {billid: \"{{ id }}\"}}\n"
    "  - {command: addmbox, on: [added, changed, removed], fields: {billid: \"{{ id }}\", mbox: \"u{{ id }}@example.net\", pass: \"Kite-7-xq\", primary: \"1\"}}\n";

struct planned {
    struct arena          mem;
    char                  folder[64];
    struct key           *key;
    struct findings       faults;
    struct mapping       *mapping;
    struct seen_keys      seen;
    struct seal           seal;
    struct plan_writer    plan, findings;
    struct pipeline_input inputs[2];
    struct listed_source  source;
    struct pipeline       pipeline;
    uint64_t              calls[8];
};

static const char *path_of(struct planned *p, const char *name)
{
    return arena_fmt(&p->mem, "%s/%s", p->folder, name).ptr;
}

static void load(struct planned *p)
{
    struct atomic_file    file = { 0 };
    struct mapping_source source = { str_from(path_of(p, "m.yaml")), NULL, 0, NULL };

    assert_int_equal(atomic_file_begin(&file, path_of(p, "m.yaml"), NULL), ETL_OK);
    assert_int_equal(atomic_file_write(&file, str_from(by_change), NULL), ETL_OK);
    assert_int_equal(atomic_file_commit(&file, NULL), ETL_OK);
    findings_init(&p->faults, &p->mem);
    if (mapping_load(&source, &p->mem, &p->mapping, &p->faults) != ETL_OK)
        fail_row(0, "the mapping does not load: %s", p->faults.items[0].err.text);
    assert_int_equal(mapping_bind(p->mapping, 0, columns, COUNT(columns), &p->faults), ETL_OK);
}

static void begin(struct planned *p)
{
    struct run_folder run;

    *p = (struct planned){ .folder = "/tmp/test_pipeline.XXXXXX", .source = { .records = { &listed_style } } };
    arena_init(&p->mem, 256 << 20, "a test");
    assert_non_null(mkdtemp(p->folder));
    assert_int_equal(key_open(path_of(p, "key"), &real_random, &p->key, NULL), ETL_OK);
    load(p);
    run = (struct run_folder){ .path = p->folder };
    assert_int_equal(seal_begin(&p->seal, p->key, &real_random, &p->mem, NULL), ETL_OK);
    assert_int_equal(plan_writer_open(&p->plan, &run, &p->seal, "plan.jsonl", "plan", NULL), ETL_OK);
    assert_int_equal(plan_writer_open(&p->findings, &run, &p->seal, "findings.jsonl", "findings", NULL), ETL_OK);
    seen_keys_init(&p->seen, p->key);
    p->inputs[0].source = &p->source.records;
    p->pipeline = (struct pipeline){ .mapping = p->mapping,
                                     .key = p->key,
                                     .today = STR("2026-11-24"),
                                     .threads = 1,
                                     .seen = &p->seen,
                                     .plan = &p->plan,
                                     .findings = &p->findings,
                                     .inputs = p->inputs,
                                     .command_calls = p->calls };
}

static void end(struct planned *p)
{
    plan_writer_drop(&p->plan);
    plan_writer_drop(&p->findings);
    seal_release(&p->seal);
    seen_keys_release(&p->seen);
    mapping_free(p->mapping);
    key_free(p->key);
    if (system(arena_fmt(&p->mem, "rm -rf %s", p->folder).ptr) != 0)
        print_error("cannot remove %s\n", p->folder);
    arena_release(&p->mem);
}

static void a_change_picks_its_calls(void **state)
{
    static const uint64_t calls[] = { 1, 1, 1, 3 };
    struct planned        p;
    struct err            err = { 0 };
    struct str            plan;

    (void)state;
    begin(&p);
    if (pipeline_run(&p.pipeline, 0, &err) != ETL_OK)
        fail_row(0, "%s", err.text);
    assert_int_equal(plan_writer_commit(&p.plan, NULL), ETL_OK);
    assert_int_equal(p.inputs[0].counts.read, 3);
    assert_int_equal(p.inputs[0].counts.planned, 3);
    for (size_t i = 0; i < COUNT(calls); i++)
        if (p.calls[i] != calls[i])
            fail_row(i, "%.*s is made %d times", STR_ARG(p.mapping->calls[i].as), (int)p.calls[i]);
    assert_int_equal(file_read(path_of(&p, "plan.jsonl"), 1 << 20, &p.mem, &plan, NULL), ETL_OK);
    assert_true(str_contains(plan, STR("9135550101")));
    assert_false(str_contains(plan, STR("9135550102"))); /* addcust is for added records only */
    end(&p);
}

static void the_old_record_goes_along(void **state)
{
    struct planned p;
    struct block   b;

    (void)state;
    begin(&p);
    block_init(&b, &p.pipeline, &p.inputs[0]);
    assert_int_equal(record_source_block(p.inputs[0].source, &b.records, NULL), ETL_OK);
    block_split(&b);
    assert_int_equal(b.count, COUNT(listed));
    for (size_t i = 0; i < COUNT(listed); i++) {
        assert_int_equal(b.items[i].row.change, listed[i].change);
        assert_ptr_equal(b.items[i].row.old, listed[i].old);
    }
    assert_is(b.items[1].row.old->cells[1], "9135550199");
    block_release(&b);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_picks_its_calls),
        cmocka_unit_test(the_old_record_goes_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
