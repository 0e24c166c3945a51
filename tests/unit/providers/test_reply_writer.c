/* tests/unit/providers/test_reply_writer.c - providers/replies/reply_writer.h: what a style writes, it reads again; and how each rot shows. */
#include "providers/description/load.h"
#include "providers/replies/reply_writer.h"
#include "providers/replies/rows.h"
#include "tests/unit/check.h"

static const char provider_text[] =
    "provider: 1\n"
    "name: writers\n"
    "wires:\n"
    "  csv: {style: rest, url: \"https://a.example\", path: /a}\n"
    "  xml: {style: rest, url: \"https://a.example\", path: /b}\n"
    "  json: {style: rest, url: \"https://a.example\", path: /c}\n"
    "  tree: {style: rest, url: \"https://a.example\", path: /d}\n"
    "types:\n"
    "  text: {title: text}\n"
    "replies:\n"
    "  flat: {style: {csv: csv, xml: xml, json: csv, tree: csv}, cases: [{is: done}]}\n"
    "  deep: {style: {csv: json, xml: json, json: json, tree: xml-tree}, cases: [{at: doc, is: done}]}\n"
    "commands:\n"
    "  flat: {title: a, about: b, effect: read, entity: c, params: {}, reply: flat, record: row}\n"
    "  deep: {title: a, about: b, effect: read, entity: c, params: {}, reply: deep, record: \"doc.{town}.row\"}\n"
    "reports:\n"
    "  flat: {command: flat, table: t, record: row, columns: {town: town, name: name, word: word}}\n"
    "  deep: {command: deep, table: t, columns: {town: town, name: name, word: word}}\n";

struct three_cells {
    struct written_row row; /* first */
    const char        *cells[3];
};

static struct str cell(const struct written_row *row, size_t column)
{
    return str_from(((const struct three_cells *)(const void *)row)->cells[column]);
}

static const struct three_cells people[] = {
    { { cell }, { "ames", "Zo\xc3\xab \"Z\"", "a <b> & c" } },
    { { cell }, { "ames", "Bo", "two\nlines" } },
    { { cell }, { "bonn", "Cy", "" } },
};

static void write_all(const struct written_report *r, struct buf *out)
{
    const struct reply_writer *writer = r->command->reply->styles[r->wire->index]->writer;

    buf_reset(out);
    writer->begin(r, out);
    for (size_t i = 0; i < COUNT(people); i++)
        writer->row(r, &people[i].row, i != 0 ? &people[i - 1].row : NULL, out);
    writer->end(r, &people[COUNT(people) - 1].row, out);
}

static struct str field_of(const struct reply_record *record, struct str name)
{
    for (size_t i = 0; i < record->count; i++)
        if (str_eq(record->fields[i].name, name))
            return record->fields[i].value;
    return STR("");
}

static void read_again(const struct written_report *r, struct str body, struct arena *mem)
{
    const struct reply_record *records;
    size_t                     count;
    struct err                 err = { 0 };

    if (rows_all(r->command, r->wire, body, mem, &records, &count, &err) != ETL_OK)
        fail_row(r->wire->index, "%s\n%.*s", err.text, STR_ARG(body));
    assert_int_equal(count, COUNT(people));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < r->report->column_count; k++)
            assert_text(field_of(&records[i], r->report->columns[k].field), str_from(people[i].cells[k]));
}

static const struct provider *load(struct arena *mem)
{
    struct yaml_source     source = { "writers.yaml", str_from(provider_text) };
    const struct provider *p = NULL;
    struct findings        faults;

    arena_init(mem, 1U << 26, "a test");
    findings_init(&faults, mem);
    if (provider_load_text(&source, mem, &p, &faults) != ETL_OK)
        fail_row(faults.count, "%s", faults.items[0].err.text);
    return p;
}

static void round_trip(void **state)
{
    struct arena                 mem;
    const struct provider       *p = load(&mem);
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1 << 20, "a test");
    for (size_t i = 0; i < p->report_count; i++)
        for (size_t w = 0; w < p->wire_count; w++) {
            struct written_report r = { &p->reports[i], p->reports[i].command, &p->wires[w], ROT_NONE };

            assert_int_equal(written_is_ordered(&r), i == 1);
            write_all(&r, &out);
            read_again(&r, buf_str(&out), &mem);
        }
    provider_free(p);
    arena_release(&mem);
}

static void rotten(void **state)
{
    static const struct {
        enum reply_rot rot;
        size_t         wire;
        const char    *begins;
    } rows[] = {
        { ROT_NONE, 0, "\"ames\",\"Zo\xc3\xab \"\"Z\"\"\"" },   { ROT_LATIN1, 0, "\"ames\",\"Zo\xeb \"\"Z\"\"\"" },
        { ROT_RAW_QUOTES, 0, "\"ames\",\"Zo\xc3\xab \"Z\"\"" }, { ROT_CONTROL, 0, "\"a\vmes\"" },
        { ROT_NONE, 1, "<rowlist>\n<row><town>ames</town>" },   { ROT_ROOTS, 1, "<row><town>ames</town>" },
    };
    struct arena                 mem;
    const struct provider       *p = load(&mem);
    AUTO(buf_release) struct buf out;

    (void)state;
    buf_init(&out, 1 << 20, "a test");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct written_report r = { &p->reports[0], p->reports[0].command, &p->wires[rows[i].wire], rows[i].rot };

        write_all(&r, &out);
        if (!str_starts(buf_str(&out), str_from(rows[i].begins)))
            fail_row(i, "%s", buf_cstr(&out));
    }
    provider_free(p);
    arena_release(&mem);
}

static void order(void **state)
{
    struct arena           mem;
    const struct provider *p = load(&mem);
    struct written_report  r = { &p->reports[1], p->reports[1].command, &p->wires[2], ROT_NONE };

    (void)state;
    assert_int_equal(written_order(&r, &people[0].row, &people[1].row), 0);
    assert_true(written_order(&r, &people[0].row, &people[2].row) < 0);
    assert_true(written_order(&r, &people[2].row, &people[0].row) > 0);
    provider_free(p);
    arena_release(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip), cmocka_unit_test(rotten),
                                        cmocka_unit_test(order) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
