/* etl/pull/build_table.c - a normalized table from the stored answers of all reports that fill it. */
#include "etl/pull/build_table.h"

#include "etl/pull/answer_records.h"
#include "etl/pull/report_request.h"
#include "etl/pull/stored_answer.h"
#include "etl/pull/table_file.h"

struct table_building {
    struct pulled         *pulled;
    struct pulled_report  *report;
    struct table_file     *file;
    struct report_request  request;
    struct arena           mem, row_mem;
    struct answer_records *records;
    enum etl_status        status;
    struct err             err;
};

static enum etl_status add_record(void *context, const struct reply_record *record, struct err *err)
{
    struct table_building *b = context;
    struct normal_row      row;
    enum etl_status st = normalizer_record(b->report->kind.normalizer, record, &b->request, &b->row_mem, &row, err);

    if (st == ETL_OK)
        st = table_file_add(b->file, &row, err);
    arena_reset(&b->row_mem);
    return st;
}

static void add_bytes(void *context, struct str bytes)
{
    struct table_building *b = context;

    if (b->status == ETL_OK)
        b->status = answer_records_feed(b->records, bytes, &b->err);
}

static enum etl_status add_answer(struct table_building *b, const struct journal_entry *e, struct err *err)
{
    struct rows_sink sink = { add_record, b };
    struct rows_end  end;
    enum etl_status  st = report_request_read(b->report->kind.report, e->params, e->row, &b->mem, &b->request, err);

    if (st != ETL_OK || e->bytes == 0)
        return st;
    b->status = ETL_OK;
    b->records = answer_records_new(&b->report->kind, &sink);
    st = stored_answer_read(&b->pulled->folder, e, add_bytes, b, err);
    /* An incomplete answer is cut off somewhere: its last, torn row is not a row. */
    if (st == ETL_OK && b->status == ETL_OK && e->state != ENTRY_INCOMPLETE)
        b->status = answer_records_end(b->records, &end, &b->err);
    answer_records_free(b->records);
    if (st == ETL_OK && b->status != ETL_OK && (b->status != ETL_REJECT || e->state != ENTRY_INCOMPLETE)) {
        *err = b->err; /* not for an incomplete answer: its rows before the damage are kept */
        return b->status == ETL_REJECT ? ETL_FAIL : b->status;
    }
    return st;
}

static enum etl_status add_report(struct table_building *b, struct err *err)
{
    struct journal_entry e = { 0 };
    uint64_t             after = 0;
    enum etl_status      st;

    for (;;) {
        arena_reset(&b->mem);
        st = request_journal_any(b->pulled->journal, b->report->name, after, &b->mem, &e, err);
        if (st != ETL_OK)
            return st == ETL_END ? ETL_OK : st;
        after = e.number;
        /* An answer without records may be words ("nothing found"): they must not be read as rows. */
        if (e.state != ENTRY_OPEN && e.records != 0)
            st = add_answer(b, &e, err);
        if (st != ETL_OK)
            return st;
    }
}

/* Several requests of one report may bring the same row: windows meet in a day, pages and lists overlap. */
static bool may_repeat_rows(const struct report *r)
{
    return r->each.table_count != 0 || r->ask.param.ptr != NULL || r->window.from.ptr != NULL ||
           r->pages.offset.ptr != NULL;
}

enum etl_status build_table(struct pulled *p, size_t table, struct err *err)
{
    struct pulled_table  *t = &p->results[table];
    struct table_shape    shape = { .table = t->table, .fills = t->fills };
    struct table_building b = { .pulled = p };
    struct str           *extras;
    size_t                reports = 0;
    enum etl_status       st;

    arena_init(&b.mem, 256U << 20, "a question");
    arena_init(&b.row_mem, 256U << 20, "a row of a report");
    t->joined = false;
    for (size_t i = 0; i < p->provider->report_count; i++)
        if (p->reports[i].wanted && str_eq(p->reports[i].table, t->table->name)) {
            reports++;
            t->joined = t->joined || reports > 1 || may_repeat_rows(&p->provider->reports[i]);
        }
    st = request_journal_extras(p->journal, t->table->name, p->mem, &extras, &shape.extra_count, err);
    shape.extras = extras;
    if (st == ETL_OK)
        st = table_file_open(pull_folder_table(&p->folder, t->table->name, p->mem), &shape, t->joined, &b.file, err);
    for (size_t i = 0; st == ETL_OK && i < p->provider->report_count; i++)
        if (p->reports[i].wanted && str_eq(p->reports[i].table, t->table->name)) {
            b.report = &p->reports[i];
            st = add_report(&b, err);
            b.report->odd = normalizer_odd(b.report->kind.normalizer, b.report->first_odd);
        }
    if (st == ETL_OK)
        st = table_file_end(b.file, &t->rows, err);
    table_file_free(b.file);
    arena_release(&b.mem);
    arena_release(&b.row_mem);
    return st;
}
