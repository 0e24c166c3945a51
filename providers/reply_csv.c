/* providers/reply_csv.c - answers that are rows of CSV, by libcsv; columns by position, named by the command's report. */
#include "providers/reply.h"

#include <csv.h>

struct rows {
    const struct report *report;
    struct arena        *mem;
    struct str           cells[256];
    size_t               cell_count, row_count, cap;
    struct reply_record *records;
    bool                 skip_header, too_wide;
};

static void cell(void *bytes, size_t len, void *context)
{
    struct rows *r = context;

    if (r->cell_count == sizeof r->cells / sizeof r->cells[0])
        r->too_wide = true;
    else
        r->cells[r->cell_count++] = arena_str(r->mem, str_of(bytes != NULL ? bytes : "", len));
}

/* A first row that equals the documented names is a header; any other is data. */
static bool is_header(const struct rows *r)
{
    if (r->cell_count != r->report->column_count)
        return false;
    for (size_t i = 0; i < r->cell_count; i++)
        if (!str_eq_nocase(str_trim(r->cells[i]), r->report->columns[i].field))
            return false;
    return true;
}

static void row(int end, void *context)
{
    struct rows        *r = context;
    struct reply_field *fields;

    (void)end;
    if (r->row_count == 0 && r->skip_header && is_header(r)) {
        r->skip_header = false;
    } else {
        fields = ARENA_ARRAY(r->mem, struct reply_field, r->cell_count + 1);
        for (size_t i = 0; i < r->cell_count; i++) {
            fields[i].value = r->cells[i];
            /* Cells beyond the documented ones are kept, by their position. */
            fields[i].name = i < r->report->column_count ? r->report->columns[i].field : arena_fmt(r->mem, "column_%zu", i + 1);
        }
        ARENA_PUSH(r->mem, r->records, r->row_count, r->cap) = (struct reply_record){ fields, r->cell_count };
    }
    r->cell_count = 0;
}

static const struct report *report_of(const struct command *command)
{
    const struct provider *p = command->provider;

    for (size_t i = 0; i < p->report_count; i++)
        if (p->reports[i].command != NULL && str_eq(p->reports[i].command->name, command->name))
            return &p->reports[i];
    return NULL;
}

static enum etl_status csv_records(const struct command *command, struct str body, struct arena *call_mem,
                                   const struct reply_record **out, size_t *count, struct err *err)
{
    static const struct report nameless = { 0 };
    struct rows               *r = ARENA_NEW(call_mem, struct rows);
    struct csv_parser          parser;
    enum etl_status            st = ETL_OK;

    r->report = report_of(command);
    if (r->report == NULL)
        r->report = &nameless;
    r->mem = call_mem;
    r->skip_header = command->reply->skip_header;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
        memory_exhausted("libcsv", 0);
    if (csv_parse(&parser, body.ptr != NULL ? body.ptr : "", body.len, cell, row, r) != body.len ||
        csv_fini(&parser, cell, row, r) != 0)
        st = err_set(err, ETL_REJECT, "csv", "row %zu is no CSV: %s", r->row_count + 1, csv_strerror(csv_error(&parser)));
    else if (r->too_wide)
        st = err_set(err, ETL_REJECT, "csv", "a row has more than 256 cells");
    csv_free(&parser);
    if (st == ETL_OK) {
        *out = r->records;
        *count = r->row_count;
    }
    return st;
}

const struct reply_style reply_csv = {
    .name = "csv",
    .summary = "rows of CSV, columns by position",
    .records = csv_records,
};
