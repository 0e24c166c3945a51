/* formats/csv_reader.c - reads CSV as records: the header, and cutting the input into blocks, in order. */
#include "formats/csv_reader.h"

#include <pthread.h>

#include "etl/core/limits.h"
#include "etl/core/utf8.h"
#include "formats/csv/csv_block.h"
#include "formats/newlines.h"

enum { FIRST_CELLS = 64 };

struct csv_reader {
    struct record_reader base;
    struct csv_options   options;
    struct csv_layout    layout;
    struct csv_input     input;
    struct arena         mem;
    bool                 ended;
    pthread_mutex_t      mutex;
    struct csv_block    *free;
};

static const struct record_style csv_style;

/* ---- opening: the header ---- */

/* A column's name as UTF-8; false: its bytes are not characters in the encoding. */
static bool to_text(struct csv_reader *r, struct str raw, struct str *out)
{
    AUTO(buf_release) struct buf text;

    buf_init(&text, 4 * raw.len + 4, "a column's name");
    if (r->layout.form.encoding == ENCODING_WINDOWS_1252 || r->layout.form.encoding == ENCODING_LATIN1) {
        if (!encoding_to_utf8(r->layout.form.encoding, raw, &text))
            return false;
        raw = buf_str(&text);
    }
    *out = arena_str(&r->mem, str_trim(raw));
    return utf8_valid(raw) && (raw.len == 0 || memchr(raw.ptr, '\0', raw.len) == NULL);
}

static void skip_empty_front(struct csv_reader *r)
{
    size_t n = 0;

    while (n < r->input.carry.len && (r->input.carry.ptr[n] == '\n' || r->input.carry.ptr[n] == '\r'))
        n++;
    csv_input_drop(&r->input, n);
}

static enum etl_status header_fault(struct csv_reader *r, enum csv_end end, struct err *err)
{
    err->line = r->input.line;
    return err_set(err, ETL_UNREAD, "header", "the header line is damaged: %s",
                   end == CSV_END_OPEN   ? "a quote is never closed"
                   : end == CSV_END_MORE ? "it is too long"
                                         : "text after a closing quote");
}

static enum etl_status take_header(struct csv_reader *r, const struct csv_cells *cells, struct err *err)
{
    r->layout.column_count = cells->count;
    r->layout.columns = ARENA_ARRAY(&r->mem, struct str, cells->count + 1);
    for (size_t i = 0; i < cells->count; i++)
        if (!to_text(r, cells->items[i], &r->layout.columns[i])) {
            err->line = r->input.line;
            return err_set(
                err, ETL_UNREAD, "header",
                "column %zu of the header has bytes that are no %s; name the encoding in the mapping (windows-1252, latin-1)",
                i + 1, r->layout.form.encoding == ENCODING_UTF8 ? "UTF-8" : "characters in its encoding");
        }
    return ETL_OK;
}

static enum etl_status read_header(struct csv_reader *r, struct err *err)
{
    for (;;) {
        struct csv_cells cells = { .cap = FIRST_CELLS, .mem = &r->mem, .text_mem = &r->mem };
        const char      *begin, *next;
        enum csv_end     end;
        enum etl_status  st;

        cells.items = ARENA_ARRAY(&r->mem, struct str, FIRST_CELLS);
        skip_empty_front(r);
        buf_reserve(&r->input.carry, CSV_PADDING);
        begin = r->input.carry.ptr;
        if (r->input.carry.len == 0 && r->input.source_ended)
            return err_set(err, ETL_UNREAD, "header", "the file is empty: no header line");
        end = csv_split(&r->layout.dialect, begin, begin + r->input.carry.len, r->input.source_ended, &cells, &next);
        if (end == CSV_END_RECORD) {
            st = take_header(r, &cells, err);
            r->layout.form.header_raw = arena_str(&r->mem, str_of(begin, (size_t)(cells.content_end - begin)));
            csv_input_drop(&r->input, (size_t)(next - begin));
            return st;
        }
        if (end == CSV_END_DAMAGED || r->input.source_ended || r->input.carry.len > r->layout.max_record)
            return header_fault(r, end, err);
        st = csv_input_more(&r->input, CSV_BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
}

static void given_columns(struct csv_reader *r)
{
    r->layout.column_count = r->options.name_count;
    r->layout.columns = ARENA_ARRAY(&r->mem, struct str, r->layout.column_count + 1);
    for (size_t i = 0; i < r->layout.column_count; i++)
        r->layout.columns[i] = arena_str(&r->mem, r->options.names[i]);
}

enum etl_status csv_reader_open(struct source *source, const struct csv_options *options, struct record_reader **out,
                                struct err *err)
{
    struct csv_reader *r = calloc(1, sizeof *r);
    struct csv_layout *l;
    enum etl_status    st;

    if (r == NULL)
        memory_exhausted("a CSV reader", sizeof *r);
    l = &r->layout;
    r->base.style = &csv_style;
    r->options = *options;
    if (r->options.block_bytes == 0)
        r->options.block_bytes = CSV_BLOCK_BYTES;
    l->max_record = options->max_record != 0 ? options->max_record : RECORD_BYTES_MAX;
    l->dialect = (struct csv_dialect){ options->delimiter != 0 ? options->delimiter : ',', options->quote, '\n' };
    l->form.delimiter = l->dialect.delimiter;
    l->form.quote = options->quote;
    l->form.has_header = options->has_header;
    arena_init(&r->mem, 64U << 20, "a CSV header");
    csv_input_init(&r->input, source, 2 * l->max_record + 8 * (size_t)CSV_BLOCK_BYTES + 4 * r->options.block_bytes);
    pthread_mutex_init(&r->mutex, NULL);
    st = csv_input_open(&r->input, options->encoding, &l->dialect, &l->form, err);
    if (st == ETL_OK && options->has_header)
        st = read_header(r, err);
    else if (st == ETL_OK)
        given_columns(r);
    if (st != ETL_OK) {
        record_reader_close(&r->base);
        return st;
    }
    *out = &r->base;
    return ETL_OK;
}

static const struct csv_reader *csv_of(const struct record_reader *r)
{
    return (const struct csv_reader *)(const void *)r;
}

const struct str *csv_reader_columns(const struct record_reader *r, size_t *count)
{
    *count = csv_of(r)->layout.column_count;
    return csv_of(r)->layout.columns;
}

const struct csv_form *csv_reader_form(const struct record_reader *r)
{
    return &csv_of(r)->layout.form;
}

/* ---- cutting blocks ---- */

static struct csv_block *take_block(struct csv_reader *r)
{
    struct csv_block *b;

    pthread_mutex_lock(&r->mutex);
    b = r->free;
    if (b != NULL)
        r->free = b->next_free;
    pthread_mutex_unlock(&r->mutex);
    return b != NULL ? b : csv_block_new(&csv_style, &r->layout, r);
}

static void fill(struct csv_reader *r, struct csv_block *b, size_t len, bool at_end)
{
    csv_block_fill(b, &r->input, len, at_end);
    csv_input_drop(&r->input, len);
}

/* The length of the whole records at the beginning of the carry, up to one that is too long. Without a quote the last line end ends the
 * last record. With one, only going through record by record tells. *open_at: where a quote opens behind them. */
static size_t whole_records(struct csv_reader *r, const char **open_at)
{
    const char      *begin = r->input.carry.ptr, *end = begin + r->input.carry.len, *at = begin, *next;
    struct csv_cells cells = { 0 };

    *open_at = NULL;
    if (r->input.carry.len == 0)
        return 0;
    if (r->input.carry.len <= r->layout.max_record &&
        (r->layout.dialect.quote == 0 || memchr(begin, r->layout.dialect.quote, r->input.carry.len) == NULL)) {
        const char *last =
            r->input.source_ended ? end - 1 : memrchr(begin, r->layout.dialect.newline, r->input.carry.len);

        return last != NULL ? (size_t)(last + 1 - begin) : 0;
    }
    while (at < end) {
        enum csv_end how = csv_split(&r->layout.dialect, at, end, r->input.source_ended, &cells, &next);

        if (how == CSV_END_OPEN)
            *open_at = cells.open_at;
        if (how == CSV_END_OPEN || how == CSV_END_MORE || (size_t)(cells.content_end - at) > r->layout.max_record)
            break;
        at = next;
    }
    return (size_t)(at - begin);
}

static enum etl_status open_quote(struct csv_reader *r, const char *open_at, const char *why, struct err *err)
{
    err->line = r->input.line +
                newlines_count(r->input.carry.ptr, (size_t)(open_at - r->input.carry.ptr), r->layout.dialect.newline);
    return err_set(err, ETL_UNREAD, "quote-open",
                   "the quote that opens here is never closed (%s); mend the extract there", why);
}

/* A record that is too long is not held in memory. It is skipped up to the end of the line in which it became too long. */
static enum etl_status skip_line(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    uint64_t line = r->input.line, offset = r->input.offset;
    size_t   seen = r->layout.max_record;

    for (;;) {
        const char *line_end = seen < r->input.carry.len ? memchr(r->input.carry.ptr + seen, r->layout.dialect.newline,
                                                                  r->input.carry.len - seen)
                                                         : NULL;
        enum etl_status st;

        csv_input_drop(&r->input, line_end != NULL ? (size_t)(line_end + 1 - r->input.carry.ptr) : r->input.carry.len);
        if (line_end != NULL || r->input.source_ended)
            break;
        seen = 0;
        st = csv_input_more(&r->input, CSV_BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    fill(r, b, 0, false);
    b->too_long = true;
    b->line = b->at_line = line;
    b->offset = offset;
    return ETL_OK;
}

/* The record at the beginning of the carry is longer than max_record. */
static enum etl_status too_long(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    struct csv_cells cells = { 0 };
    const char      *begin = r->input.carry.ptr, *next;

    if (csv_split(&r->layout.dialect, begin, begin + r->layout.max_record, false, &cells, &next) == CSV_END_OPEN)
        return open_quote(r, cells.open_at, "the record is longer than max_record", err);
    return skip_line(r, b, err);
}

static enum etl_status fill_block(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    enum { LINE_END_BYTES = 2 };
    size_t      target = r->options.block_bytes, whole;
    const char *open_at;

    for (;;) {
        while (r->input.carry.len < target && !r->input.source_ended) {
            enum etl_status st = csv_input_more(&r->input, target - r->input.carry.len, err);

            if (st != ETL_OK)
                return st;
        }
        buf_reserve(&r->input.carry, CSV_PADDING);
        whole = whole_records(r, &open_at);
        if (whole != 0) {
            fill(r, b, whole, r->input.source_ended && whole == r->input.carry.len);
            return ETL_OK;
        }
        if (r->input.carry.len > r->layout.max_record + LINE_END_BYTES ||
            (r->input.source_ended && r->input.carry.len != 0 && open_at == NULL))
            return too_long(r, b, err);
        if (r->input.source_ended)
            return open_at != NULL ? open_quote(r, open_at, "the file ends before", err) : ETL_END;
        target = r->input.carry.len + r->options.block_bytes;
    }
}

static void csv_release(struct record_block *block);

static enum etl_status csv_block(struct record_reader *reader, struct record_block **out, struct err *err)
{
    struct csv_reader *r = (struct csv_reader *)(void *)reader;
    struct csv_block  *b;
    enum etl_status    st;

    if (r->ended)
        return ETL_END;
    b = take_block(r);
    st = fill_block(r, b, err);
    if (st != ETL_OK) {
        r->ended = st == ETL_END;
        csv_release(&b->base);
        return st;
    }
    *out = &b->base;
    return ETL_OK;
}

static void csv_release(struct record_block *block)
{
    struct csv_block  *b = (struct csv_block *)(void *)block;
    struct csv_reader *r = b->owner;

    arena_reset(&b->cells);
    arena_reset(&b->texts);
    pthread_mutex_lock(&r->mutex);
    b->next_free = r->free;
    r->free = b;
    pthread_mutex_unlock(&r->mutex);
}

static enum etl_status csv_again(struct record_reader *reader, struct str bytes, struct arena *mem, struct record *out,
                                 struct err *err)
{
    AUTO(buf_release) struct buf text;
    struct csv_reader           *r = (struct csv_reader *)(void *)reader;

    buf_init(&text, 2 * bytes.len + 4, "a record");
    if (!encoding_is_wide(r->layout.form.encoding))
        return csv_block_again(&r->layout, bytes, mem, out, err);
    encoding_wide_to_utf8(r->layout.form.encoding, bytes, &text);
    return csv_block_again(&r->layout, buf_str(&text), mem, out, err);
}

static void csv_close(struct record_reader *reader)
{
    struct csv_reader *r = (struct csv_reader *)(void *)reader;

    while (r->free != NULL) {
        struct csv_block *b = r->free;

        r->free = b->next_free;
        csv_block_free(b);
    }
    pthread_mutex_destroy(&r->mutex);
    csv_input_release(&r->input);
    arena_release(&r->mem);
    free(r);
}

static const struct record_style csv_style = { "csv",       csv_block, csv_block_next, csv_block_empty_lines,
                                               csv_release, csv_again, csv_close };
