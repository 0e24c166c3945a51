/* formats/csv/csv_block.c - the records of a block of CSV. */
#include "formats/csv/csv_block.h"

#include "etl/core/utf8.h"
#include "formats/newlines.h"

enum { CELL_MEMORY = 1 << 30 };

struct csv_block *csv_block_new(const struct record_style *style, const struct csv_layout *layout, void *owner)
{
    struct csv_block *b = calloc(1, sizeof *b);

    if (b == NULL)
        memory_exhausted("a block of CSV", sizeof *b);
    b->base.style = style;
    b->layout = layout;
    b->owner = owner;
    arena_init(&b->cells, CELL_MEMORY, "the cells of a block of CSV");
    arena_init(&b->texts, CELL_MEMORY, "the cells of a block of CSV");
    return b;
}

void csv_block_free(struct csv_block *b)
{
    arena_release(&b->cells);
    arena_release(&b->texts);
    free(b->bytes);
    free(b);
}

void csv_block_fill(struct csv_block *b, const struct csv_input *in, size_t len, bool at_end)
{
    char quote = b->layout->dialect.quote;

    if (b->cap < len + CSV_PADDING) {
        free(b->bytes);
        b->cap = len + CSV_PADDING;
        b->bytes = malloc(b->cap);
        if (b->bytes == NULL)
            memory_exhausted("a block of CSV", b->cap);
    }
    if (len != 0)
        memcpy(b->bytes, in->carry.ptr, len);
    memset(b->bytes + len, 0, CSV_PADDING);
    b->len = len;
    b->offset = b->at_offset = in->offset;
    b->line = b->at_line = in->line;
    b->at = b->bytes;
    b->at_end = at_end;
    b->too_long = false;
    b->number = b->empty_lines = 0;
    b->has_nul = len != 0 && memchr(b->bytes, '\0', len) != NULL;
    b->has_quote = quote != 0 && len != 0 && memchr(b->bytes, quote, len) != NULL;
}

static enum etl_status reject(struct err *err, uint64_t line, const char *rule, const char *text)
{
    err->line = line;
    return err_set(err, ETL_REJECT, rule, "%s", text);
}

/* Cells as valid UTF-8; false where a byte is wrong in the encoding. */
static bool decode_cells(struct csv_block *b, struct csv_cells *cells)
{
    AUTO(buf_release) struct buf text;
    enum encoding                encoding = b->layout->form.encoding;
    bool is_one_byte = encoding == ENCODING_WINDOWS_1252 || encoding == ENCODING_LATIN1, good = true;

    buf_init(&text, CELL_MEMORY, "a cell");
    for (size_t i = 0; i < cells->count && good; i++) {
        if (utf8_is_ascii(cells->items[i]))
            continue;
        if (!is_one_byte) {
            good = utf8_valid(cells->items[i]);
            continue;
        }
        buf_reset(&text);
        good = encoding_to_utf8(encoding, cells->items[i], &text);
        cells->items[i] = arena_str(&b->texts, buf_str(&text));
    }
    return good;
}

static enum etl_status check_width(const struct csv_layout *l, struct csv_cells *cells, uint64_t line, struct err *err)
{
    size_t filled = cells->count;

    if (cells->count == l->column_count)
        return ETL_OK;
    err->line = line;
    if (cells->count < l->column_count)
        return err_set(err, ETL_REJECT, "row-short", "%zu cells, the %s %zu", cells->count,
                       l->form.has_header ? "header has" : "mapping names", l->column_count);
    while (filled > l->column_count && cells->items[filled - 1].len == 0)
        filled--;
    if (filled > l->column_count)
        return err_set(err, ETL_REJECT, "row-long", "%zu cells, the %s %zu", cells->count,
                       l->form.has_header ? "header has" : "mapping names", l->column_count);
    cells->count = l->column_count; /* trailing delimiters: the surplus cells are empty */
    return ETL_OK;
}

/* false: the block ends. */
static bool skip_empty_lines(struct csv_block *b)
{
    const char *end = b->bytes + b->len;
    char        newline = b->layout->dialect.newline;

    while (b->at < end) {
        bool crlf = newline == '\n' && *b->at == '\r' && b->at + 1 < end && b->at[1] == '\n';

        if (*b->at != newline && !crlf)
            return true;
        b->at += crlf ? 2 : 1;
        b->at_offset += encoding_input_bytes(b->layout->form.encoding, "\r\n", crlf ? 2 : 1);
        b->at_line++;
        b->empty_lines++;
    }
    return false;
}

enum etl_status csv_block_next(struct record_block *block, struct record *out, bool *is_damaged, struct err *err)
{
    struct csv_block        *b = (struct csv_block *)(void *)block;
    const struct csv_layout *l = b->layout;
    struct csv_cells         cells = { .mem = &b->cells, .text_mem = &b->texts };
    const char              *begin, *next;
    enum csv_end             end;

    *is_damaged = false;
    if (b->too_long) {
        b->too_long = false;
        *out = (struct record){ .raw = STR(""), .line = b->line, .offset = b->offset, .number = ++b->number };
        *is_damaged = true;
        err->line = b->line;
        return err_set(err, ETL_REJECT, "damaged-long",
                       "the record is longer than %zu bytes (max_record) and was skipped", l->max_record);
    }
    if (!skip_empty_lines(b))
        return ETL_END;
    cells.cap = l->column_count + 4;
    cells.items = (struct str *)(void *)arena_bytes(&b->cells, cells.cap * sizeof *cells.items);
    begin = b->at;
    end = csv_split(&l->dialect, begin, b->bytes + b->len, b->at_end, &cells, &next);
    if (end == CSV_END_MORE || end == CSV_END_OPEN) {
        /* Blocks are cut at the ends of records, so a record without an end is the input's last line. */
        next = b->bytes + b->len;
        cells.content_end = next;
        end = CSV_END_DAMAGED;
    }
    *out = (struct record){ .raw = str_of(begin, (size_t)(cells.content_end - begin)),
                            .line = b->at_line,
                            .offset = b->at_offset,
                            .number = ++b->number };
    if (l->dialect.newline == '\n' && out->raw.len != 0 && out->raw.ptr[out->raw.len - 1] == '\r')
        out->raw.len--;
    out->length = (size_t)encoding_input_bytes(l->form.encoding, begin, out->raw.len);
    b->at = next;
    b->at_offset += encoding_input_bytes(l->form.encoding, begin, (size_t)(next - begin));
    /* Without a quote a record is one line. Counting took half as long as csv_split (callgrind). */
    b->at_line += b->has_quote ? newlines_count(begin, (size_t)(next - begin), l->dialect.newline) : 1;
    *is_damaged = true;
    if (end == CSV_END_DAMAGED)
        return reject(err, out->line, "damaged-quote",
                      "text after a closing quote; quotes inside a quoted cell are doubled");
    if (b->has_nul && memchr(begin, '\0', (size_t)(cells.content_end - begin)) != NULL)
        return reject(err, out->line, "damaged-nul", "a NUL byte stands in it");
    if (!utf8_is_ascii(str_of(begin, (size_t)(cells.content_end - begin))) && !decode_cells(b, &cells))
        return reject(err, out->line, "damaged-encoding",
                      l->form.encoding == ENCODING_UTF8
                          ? "bytes that are no UTF-8; name the encoding in the mapping (windows-1252, latin-1)"
                          : "bytes that are no characters in its encoding");
    *is_damaged = false;
    out->cells = cells.items;
    out->count = cells.count;
    if (cells.count != l->column_count) {
        enum etl_status st = check_width(l, &cells, out->line, err);

        out->count = cells.count;
        return st;
    }
    return ETL_OK;
}

uint64_t csv_block_empty_lines(const struct record_block *block)
{
    return ((const struct csv_block *)(const void *)block)->empty_lines;
}

enum etl_status csv_block_again(const struct csv_layout *layout, struct str text, struct arena *mem, struct record *out,
                                struct err *err)
{
    struct csv_block block = {
        .layout = layout, .len = text.len, .at_end = true, .line = 1, .at_line = 1, .has_nul = true, .has_quote = true
    };
    bool            is_damaged;
    enum etl_status st;

    block.bytes = arena_bytes(mem, text.len + CSV_PADDING);
    if (text.len != 0)
        memcpy(block.bytes, text.ptr, text.len);
    memset(block.bytes + text.len, 0, CSV_PADDING);
    block.at = block.bytes;
    arena_init(&block.cells, CELL_MEMORY, "the cells of a record");
    arena_init(&block.texts, CELL_MEMORY, "the cells of a record");
    st = csv_block_next(&block.base, out, &is_damaged, err);
    if (st == ETL_OK || (st == ETL_REJECT && !is_damaged)) {
        struct str *cells = ARENA_ARRAY(mem, struct str, out->count + 1);

        for (size_t i = 0; i < out->count; i++)
            cells[i] = arena_str(mem, out->cells[i]);
        out->cells = cells;
        st = ETL_OK; /* a short or long row was rejected when it was first read */
    }
    arena_release(&block.cells);
    arena_release(&block.texts);
    return st == ETL_END ? err_set(err, ETL_REJECT, "record", "no record stands there") : st;
}
