/* etl/pull/request_list.c - which requests a report needs, put into the journal. */
#include "etl/pull/request_list.h"

#include "etl/core/notation/date.h"
#include "etl/pull/report_request.h"
#include "formats/csv_reader.h"
#include "formats/source.h"

enum { PAIRS_MAX = 64, ROW_PAIRS_MAX = 1024 };

struct request_list {
    struct pulled              *pulled;
    const struct pulled_report *report;
    struct arena                mem; /* one request */
};
struct pair_list {
    struct pair_value items[PAIRS_MAX];
    size_t            count;
};

static void set_pair(struct pair_list *pairs, struct str name, struct str value)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (str_eq(pairs->items[i].name, name)) {
            pairs->items[i].value = value;
            return;
        }
    if (pairs->count < PAIRS_MAX)
        pairs->items[pairs->count++] = (struct pair_value){ name, value };
}

static struct str number_text(uint64_t n, struct arena *mem)
{
    return arena_fmt(mem, "%llu", (unsigned long long)n);
}

static enum etl_status add_request(struct request_list *l, struct pair_list *pairs, struct str row, struct err *err)
{
    const struct report *r = l->report->kind.report;

    if (r->pages.offset.ptr != NULL) {
        if (r->pages.size.ptr != NULL)
            set_pair(pairs, r->pages.size, number_text(r->pages.rows, &l->mem));
        set_pair(pairs, r->pages.offset, r->pages.by_page ? STR("1") : STR("0"));
    }
    return request_journal_add(l->pulled->journal, r->name, report_request_text(pairs->items, pairs->count, &l->mem),
                               row, err);
}

/* One request, or one for each window of days. A window begins with the day that the one before ends with, so nothing falls between two. */
static enum etl_status add_windows(struct request_list *l, struct pair_list *pairs, struct str row, struct err *err)
{
    const struct report    *r = l->report->kind.report;
    const char             *fault = NULL;
    const struct date_form *form;
    struct moment           begin, end, last;
    enum etl_status         st = ETL_OK;

    if (r->window.from.ptr == NULL)
        return add_request(l, pairs, row, err);
    form = date_form_new(r->window.form, &l->mem, &fault);
    if (fault != NULL)
        return err_set(err, ETL_FAIL, "date-form", "report %.*s: window: %s", STR_ARG(r->name), fault);
    if (!date_form_read(NULL, str_from(l->pulled->options->from), &begin) ||
        !date_form_read(NULL, str_from(l->pulled->options->to), &last))
        return err_set(err, ETL_FAIL, "pull-dates", "--from and --to are dates, YYYY-MM-DD");
    do {
        char text[DATE_FORM_BYTES];

        end = begin;
        moment_add_days(&end, r->window.days - 1);
        if (moment_compare(&end, &last) > 0)
            end = last;
        set_pair(pairs, r->window.from, arena_str(&l->mem, str_of(text, date_form_write(form, &begin, text))));
        set_pair(pairs, r->window.to, arena_str(&l->mem, str_of(text, date_form_write(form, &end, text))));
        st = add_request(l, pairs, row, err);
        begin = end;
        if (r->window.days == 1)
            moment_add_days(&begin, 1);
    } while (st == ETL_OK && moment_compare(&end, &last) < 0);
    return st;
}

/* A row's columns, by the names that a description's texts use for them: row.login, row.login.local, row.login.domain. */
static size_t row_pairs(const struct str *columns, const struct str *cells, size_t count, struct pair_value *out,
                        struct arena *mem)
{
    size_t n = 0;

    for (size_t i = 0; i < count && n + 5 <= ROW_PAIRS_MAX; i++) {
        struct str  cell = cells[i];
        const char *at = cell.len != 0 ? memchr(cell.ptr, '@', cell.len) : NULL;
        size_t      local = at != NULL ? (size_t)(at - cell.ptr) : cell.len;

        if (cell.len == 0)
            continue;
        out[n++] = (struct pair_value){ arena_fmt(mem, "row.%.*s", STR_ARG(columns[i])), cell };
        out[n++] = (struct pair_value){ arena_fmt(mem, "row.%.*s.local", STR_ARG(columns[i])), str_head(cell, local) };
        if (at != NULL)
            out[n++] = (struct pair_value){ arena_fmt(mem, "row.%.*s.domain", STR_ARG(columns[i])),
                                            str_skip(cell, local + 1) };
    }
    return n;
}

/* The first day of the month in which the pull began, "2026-11-01", and of the month before. */
static size_t month_pairs(const struct request_list *l, struct pair_value out[2], struct arena *mem)
{
    struct moment m;
    char          text[DATE_FORM_BYTES];

    if (!date_form_read(NULL, str_head(str_from(l->pulled->options->made), 10), &m))
        return 0;
    m.day = 1;
    out[0] = (struct pair_value){ STR("asked.month"), arena_str(mem, str_of(text, date_form_write(NULL, &m, text))) };
    moment_add_days(&m, -1);
    m.day = 1;
    out[1] =
        (struct pair_value){ STR("asked.last_month"), arena_str(mem, str_of(text, date_form_write(NULL, &m, text))) };
    return 2;
}

/* Of the row, the journal keeps only what the report's `set:` names. */
static struct str row_for_set(const struct report *r, const struct pair_value *row, size_t count, struct arena *mem)
{
    struct pair_value used[PAIRS_MAX];
    size_t            n = 0;

    for (size_t i = 0; i < r->set.count; i++)
        for (size_t k = 0; k < r->set.items[i].text.count; k++)
            for (size_t c = 0; c < count && n < PAIRS_MAX; c++)
                if (r->set.items[i].text.parts[k].literal.ptr == NULL &&
                    str_eq(row[c].name, r->set.items[i].text.parts[k].place))
                    used[n++] = row[c];
    return report_request_text(used, n, mem);
}

/* Once, or for each value of the `ask:` parameter: the operator's values, or else the description's. */
static enum etl_status add_asks(struct request_list *l, struct pair_list *pairs, struct str row, struct err *err)
{
    const struct report       *r = l->report->kind.report;
    const struct pull_options *o = l->pulled->options;
    size_t                     told = 0;
    enum etl_status            st = ETL_OK;

    if (r->ask.param.ptr == NULL)
        return add_windows(l, pairs, row, err);
    for (size_t i = 0; i < o->ask_count && st == ETL_OK; i++)
        if (str_eq(o->ask[i].name, r->ask.param)) {
            told++;
            set_pair(pairs, r->ask.param, o->ask[i].value);
            st = add_windows(l, pairs, row, err);
        }
    for (size_t i = 0; told == 0 && i < r->ask.count && st == ETL_OK; i++) {
        set_pair(pairs, r->ask.param, r->ask.values[i]);
        st = add_windows(l, pairs, row, err);
    }
    return st;
}

/* False: a text came out empty, because the row does not have what it needs. */
static bool fill_pairs(const struct pairs *pairs, const struct pair_value *row, size_t row_count, struct pair_list *out,
                       struct arena *mem)
{
    bool whole = true;

    for (size_t i = 0; i < pairs->count; i++) {
        struct str text = text_fill(&pairs->items[i].text, NULL, row, row_count, mem);

        if (text.len == 0)
            whole = false;
        else
            set_pair(out, pairs->items[i].name, text);
    }
    return whole;
}

static enum etl_status add_for_row(struct request_list *l, const struct str *columns, const struct record *record,
                                   size_t count, struct err *err)
{
    const struct report *r = l->report->kind.report;
    struct pair_value    row[ROW_PAIRS_MAX];
    struct pair_list     pairs = { .count = 0 };
    size_t               n = month_pairs(l, row, &l->mem);

    n += row_pairs(columns, record->cells, count < record->count ? count : record->count, row + n, &l->mem);
    fill_pairs(&r->with, NULL, 0, &pairs, &l->mem);
    if (!fill_pairs(&r->each.with, row, n, &pairs, &l->mem))
        return ETL_OK;
    return add_asks(l, &pairs, row_for_set(r, row, n, &l->mem), err);
}

static enum etl_status add_for_rows(struct request_list *l, struct record_reader *reader, struct err *err)
{
    size_t               count;
    const struct str    *columns = csv_reader_columns(reader, &count);
    struct record_block *block;
    enum etl_status      st;

    while ((st = record_reader_block(reader, &block, err)) == ETL_OK) {
        struct record record;
        bool          damaged;

        while (st == ETL_OK && (st = record_block_next(block, &record, &damaged, err)) == ETL_OK) {
            arena_reset(&l->mem);
            st = add_for_row(l, columns, &record, count, err);
        }
        record_block_release(block);
        if (st != ETL_END)
            return st == ETL_REJECT ? ETL_FAIL : st;
    }
    return st == ETL_END ? ETL_OK : st;
}

static enum etl_status add_each(struct request_list *l, struct str table, struct err *err)
{
    struct pulled        *p = l->pulled;
    const struct table   *t = table_named(&p->tables, table);
    struct csv_options    form = { .delimiter = ',', .quote = '"', .has_header = true };
    struct source        *source = NULL;
    struct record_reader *reader = NULL;
    enum etl_status       st;

    if (t == NULL)
        return err_set(err, ETL_FAIL, "table-unknown", "report %.*s: each: there is no table \"%.*s\"",
                       STR_ARG(l->report->name), STR_ARG(table));
    st = source_open(pull_folder_table(&p->folder, t->name, p->mem), NULL, &source, err);
    if (st == ETL_OK)
        st = csv_reader_open(source, &form, &reader, err);
    if (st == ETL_OK)
        st = add_for_rows(l, reader, err);
    record_reader_close(reader);
    source_close(source);
    return st;
}

static enum etl_status add_all(struct request_list *l, struct err *err)
{
    const struct report *r = l->report->kind.report;
    struct pair_list     pairs = { .count = 0 };
    struct pair_value    months[2];
    enum etl_status      st = ETL_OK;

    for (size_t i = 0; i < r->each.table_count && st == ETL_OK; i++)
        st = add_each(l, r->each.tables[i], err);
    if (r->each.table_count != 0)
        return st;
    fill_pairs(&r->with, NULL, 0, &pairs, &l->mem);
    return add_asks(l, &pairs, row_for_set(r, months, month_pairs(l, months, &l->mem), &l->mem), err);
}

enum etl_status request_list_add(struct pulled *p, const struct pulled_report *r, struct err *err)
{
    struct request_list l = { .pulled = p, .report = r };
    enum etl_status     st;

    arena_init(&l.mem, 64 << 20, "a question");
    st = add_all(&l, err);
    arena_release(&l.mem);
    return st;
}

enum etl_status request_list_add_page(struct pulled *p, const struct pulled_report *pulled,
                                      const struct journal_entry *page, const struct report_request *request,
                                      struct err *err)
{
    const struct report             *r = pulled->kind.report;
    struct pair_list                 pairs = { .count = 0 };
    AUTO(arena_release) struct arena mem = { 0 };
    int                              at;
    uint64_t                         offset = 0;

    if (r->pages.offset.ptr == NULL || page->state != ENTRY_COMPLETE || page->records < r->pages.rows)
        return ETL_OK;
    arena_init(&mem, 16 << 20, "a question");
    for (size_t i = 0; i < r->command->param_count; i++)
        if (request->values[i].kind == VALUE_TEXT)
            set_pair(&pairs, r->command->params[i].name, request->values[i].text);
    at = command_param_index(r->command, r->pages.offset);
    if (at >= 0 && request->values[at].kind == VALUE_TEXT)
        str_to_u64(request->values[at].text, &offset);
    set_pair(&pairs, r->pages.offset, number_text(offset + (r->pages.by_page ? 1 : r->pages.rows), &mem));
    return request_journal_add(p->journal, r->name, report_request_text(pairs.items, pairs.count, &mem), page->row,
                               err);
}
