/* tests/unit/sandbox/test_sandbox_render.c - providers/sandbox/render.h: rows of a tree, as the sandbox writes them, are read again as they were,
 * for every report of the providers that answer with trees, over each of their wires. */
#include "providers/description/load.h"
#include "providers/replies/tree.h"
#include "providers/sandbox/listing.h"
#include "tests/unit/check.h"

enum { ROWS = 7 };

struct round {
    struct arena           mem;
    const struct provider *provider;
    const struct report   *report;
    struct state          *state;
    struct state_table    *table;
    struct state_row     **rows;
    size_t                 compared;
};

/* The nth key on the way to the records, or -1. */
static int key_of(const struct report *r, struct str field)
{
    const struct command *c = r->command;

    for (size_t i = 0; c->record_path_count != 0 && i < c->records[0].count; i++)
        if (c->records[0].steps[i].name.ptr == NULL && str_eq(c->records[0].steps[i].field, field))
            return i + 1 == c->records[0].count ? 0 : (int)i;
    return -1;
}

/* Rows whose outer keys come and go, so that they have to be brought together. */
static void fill_table(struct round *t)
{
    const struct report *r = t->report;

    t->state = state_new();
    t->table = state_table(t->state, r->table);
    for (int n = 0; n < ROWS; n++) {
        struct state_row *row = state_insert(t->state, t->table);

        for (size_t i = 0; i < r->column_count; i++) {
            int        key = key_of(r, r->columns[i].field);
            struct str text = key > 0    ? arena_fmt(&t->mem, "%d", key * 100 + (n + key) % 2)
                              : key == 0 ? arena_fmt(&t->mem, "%d", n + 1)
                                         : arena_fmt(&t->mem, "%d Zo\xc3\xab's <b> & \"%zu\"\n]]>", n, i);

            state_set(t->state, t->table, row, r->columns[i].column, text);
        }
    }
    state_commit(t->state);
    assert_int_equal(state_select(t->table, NULL, 0, &t->mem, &t->rows), ROWS);
}

static struct str field_of(const struct reply_record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return record->fields[i].value;
    return STR_NONE;
}

static void compare(struct round *t, const struct wire *wire, const struct reply_record *record,
                    const struct state_row *row)
{
    const struct report *r = t->report;

    for (size_t i = 0; i < r->column_count; i++) {
        struct str want = render_cell(r, t->table, row, i), got = field_of(record, r->columns[i].field);

        if (written_is_repeated(r, i))
            continue;
        if (!str_eq(got, want))
            fail_row(i, "%.*s %.*s over %.*s: %.*s is %.*s, not %.*s", STR_ARG(t->provider->name), STR_ARG(r->name),
                     STR_ARG(wire->name), STR_ARG(r->columns[i].field), STR_ARG(got), STR_ARG(want));
        t->compared++;
    }
}

static void over(struct round *t, const struct wire *wire, size_t count)
{
    const struct reply_style    *style = t->report->command->reply->styles[wire->index];
    const struct render          render = { t->report, t->report->command, wire, FAULT_NONE };
    const struct reply_record   *records;
    size_t                       found = 0;
    struct err                   err = { 0 };
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "a test");
    render_sort(&render, t->table, t->rows, count);
    listing_whole(&render, t->table, t->rows, count, &out);
    if (tree_rows(style, t->report->command, buf_str(&out), &t->mem, &records, &found, &err) != ETL_OK ||
        found != count)
        fail_row(wire->index, "%.*s over %.*s: %zu records of %zu; %s\n%s", STR_ARG(t->report->name),
                 STR_ARG(wire->name), found, count, err.text, buf_cstr(&out));
    for (size_t i = 0; i < count; i++)
        compare(t, wire, &records[i], t->rows[i]);
}

static void every_report_of(const char *name, struct round *t)
{
    struct findings faults;

    arena_init(&t->mem, 1U << 28, "a test");
    findings_init(&faults, &t->mem);
    assert_int_equal(provider_load(str_from(name), &t->mem, &t->provider, &faults), ETL_OK);
    for (size_t i = 0; i < t->provider->report_count; i++) {
        t->report = &t->provider->reports[i];
        fill_table(t);
        for (size_t w = 0; w < t->provider->wire_count; w++)
            if (t->report->command->reply->styles[w] != NULL && t->report->command->reply->styles[w]->tree != NULL) {
                over(t, &t->provider->wires[w], ROWS);
                over(t, &t->provider->wires[w], 1);
            }
        state_free(t->state);
    }
    provider_free(t->provider);
    arena_release(&t->mem);
}

static void trees(void **state)
{
    static const char *const names[] = { "simpler", "billmanager" };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct round t = { 0 };

        every_report_of(names[i], &t);
        assert_true(t.compared > 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(trees) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
