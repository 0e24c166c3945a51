/* providers/replies/reply_csv.c - answers that are rows of CSV, by libcsv; columns by position, named by the command's report. */
#include <csv.h>

#include "etl/core/limits.h"
#include "providers/redact/repair.h"
#include "providers/replies/reply_writer.h"
#include "providers/replies/rows.h"

enum { PIECE = 1 << 20 };

struct csv_own {
    bool skip_header;
};
static const struct style_key csv_keys[] = {
    { .name = "skip_header",
      .kind = STYLE_KEY_BOOL,
      .offset = offsetof(struct csv_own, skip_header),
      .elsewhere = "skip_header is for csv" },
    { 0 },
};

struct csv_reply {
    struct rows         *rows;
    const struct report *report;
    struct csv_parser    csv;
    struct arena         mem; /* one row */
    struct reply_field   fields[REPLY_ROW_FIELDS_MAX];
    size_t               count, row_number, bytes;
    bool                 skip_header, too_wide, too_long;
    struct repair        repair;
    struct buf           mended;
    enum etl_status      status;
    struct err           sink_err;
};

static void cell(void *bytes, size_t len, void *context)
{
    struct csv_reply *r = context;

    r->bytes += len;
    if (r->bytes > REPLY_ROW_BYTES_MAX) {
        r->too_long = true;
    } else if (r->count == REPLY_ROW_FIELDS_MAX) {
        r->too_wide = true;
    } else {
        /* Cells beyond the documented columns are kept, named by their position. */
        r->fields[r->count].name = r->count < r->report->column_count ? r->report->columns[r->count].field
                                                                      : arena_fmt(&r->mem, "column_%zu", r->count + 1);
        r->fields[r->count++].value = arena_str(&r->mem, str_of(bytes != NULL ? bytes : "", len));
    }
}

/* A first row that equals the documented names is a header; any other is data. */
static bool is_header(const struct csv_reply *r)
{
    if (r->count != r->report->column_count)
        return false;
    for (size_t i = 0; i < r->count; i++)
        if (!str_eq_nocase(str_trim(r->fields[i].value), r->report->columns[i].field))
            return false;
    return true;
}

static void row(int end, void *context)
{
    struct csv_reply *r = context;

    (void)end;
    if (!(r->row_number++ == 0 && r->skip_header && is_header(r)) && r->status == ETL_OK && !r->too_wide &&
        !r->too_long)
        r->status = rows_emit(r->rows, r->fields, r->count, &r->sink_err);
    r->count = r->bytes = 0;
    arena_reset(&r->mem);
}

static const struct report *report_of(const struct command *command)
{
    static const struct report nameless = { 0 };
    const struct provider     *p = command->provider;

    for (size_t i = 0; i < p->report_count; i++)
        if (p->reports[i].command != NULL && str_eq(p->reports[i].command->name, command->name))
            return &p->reports[i];
    return &nameless;
}

static void *csv_begin(struct rows *rows)
{
    const struct csv_own *own = rows_own(rows);
    struct csv_reply     *r = calloc(1, sizeof *r);

    if (r == NULL || csv_init(&r->csv, CSV_STRICT | CSV_STRICT_FINI) != 0)
        memory_exhausted("a reply in CSV", sizeof *r);
    r->rows = rows;
    r->report = report_of(rows_command(rows));
    r->skip_header = own != NULL && own->skip_header;
    arena_init(&r->mem, 4 * REPLY_ROW_BYTES_MAX, "a row of a reply");
    buf_init(&r->mended, 4 * PIECE, "a piece of a reply");
    return r;
}

static enum etl_status result(struct csv_reply *r, struct err *err)
{
    if (r->status != ETL_OK) {
        *err = r->sink_err;
        return r->status;
    }
    if (r->too_wide)
        return err_set(err, ETL_REJECT, "csv", "row %zu has more than %d cells", r->row_number, REPLY_ROW_FIELDS_MAX);
    if (r->too_long)
        return err_set(err, ETL_REJECT, "csv", "row %zu is longer than %d bytes", r->row_number + 1,
                       REPLY_ROW_BYTES_MAX);
    return ETL_OK;
}

static enum etl_status broken(struct csv_reply *r, struct err *err)
{
    return err_set(err, ETL_REJECT, "csv", "row %zu is no CSV: %s", r->row_number + 1,
                   csv_strerror(csv_error(&r->csv)));
}

static enum etl_status feed(struct csv_reply *r, struct str bytes, bool last, struct err *err)
{
    uint64_t before = r->repair.count;

    buf_reset(&r->mended);
    repair_add(&r->repair, bytes, last, &r->mended);
    for (; before < r->repair.count; before++)
        rows_repaired(r->rows);
    bytes = buf_str(&r->mended);
    if (csv_parse(&r->csv, bytes.ptr, bytes.len, cell, row, r) != bytes.len)
        return broken(r, err);
    return result(r, err);
}

static enum etl_status csv_feed(void *parser, struct str bytes, struct err *err)
{
    enum etl_status st = ETL_OK;

    while (bytes.len != 0 && st == ETL_OK) {
        st = feed(parser, str_head(bytes, PIECE), false, err);
        bytes = str_skip(bytes, bytes.len < PIECE ? bytes.len : PIECE);
    }
    return st;
}

/* CSV has no mark of its end, so that it is whole is never proved. */
static enum etl_status csv_end(void *parser, bool *proven, struct err *err)
{
    struct csv_reply *r = parser;
    enum etl_status   st = feed(r, STR(""), true, err);

    *proven = false;
    if (st != ETL_OK)
        return st;
    if (csv_fini(&r->csv, cell, row, r) != 0)
        return broken(r, err);
    return result(r, err);
}

static void csv_release(void *parser)
{
    struct csv_reply *r = parser;

    csv_free(&r->csv);
    arena_release(&r->mem);
    buf_wipe(&r->mended);
    free(r);
}

static const struct row_parser csv_rows = { csv_begin, csv_feed, csv_end, csv_release };

const struct reply_style reply_csv = {
    .name = "csv",
    .summary = "rows of CSV, columns by position",
    .writer = &write_csv,
    .has_records = true,
    .is_table = true,
    .own = { csv_keys, sizeof(struct csv_own) },
    .form = REDACT_CSV,
    .rows = &csv_rows,
};
