/* providers/replies/write_csv.c - rows as CSV, columns by position; also for styles that have no records of their own. */
#include "providers/replies/reply_writer.h"

enum { CELL_MAX = 16 << 20 };

/* In quotes, quotes inside doubled, as the providers' documents show their reports. */
static void csv_cell(const struct written_report *r, struct str text, struct buf *out)
{
    AUTO(buf_release) struct buf scratch;

    buf_init(&scratch, CELL_MAX, "a cell");
    text = written_rotten(r, text, &scratch);
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' && r->rot != ROT_RAW_QUOTES)
            buf_byte(out, '"');
        buf_byte(out, text.ptr[i]);
    }
    buf_byte(out, '"');
}

static void csv_record(const struct written_report *r, const struct written_row *row, struct buf *out)
{
    for (size_t i = 0; i < r->report->column_count; i++) {
        if (i != 0)
            buf_byte(out, ',');
        csv_cell(r, row->cell(row, i), out);
    }
    buf_byte(out, '\n');
}

static void csv_begin(const struct written_report *r, struct buf *out)
{
    (void)r;
    (void)out;
}

static void csv_row(const struct written_report *r, const struct written_row *row, const struct written_row *previous,
                    struct buf *out)
{
    (void)previous;
    csv_record(r, row, out);
}

static void csv_end(const struct written_report *r, const struct written_row *last, struct buf *out)
{
    (void)r;
    (void)last;
    (void)out;
}

const struct reply_writer write_csv = { csv_begin, csv_row, csv_end };
