/* formats/csv_reader.c - reads CSV as records: blocks are cut in order, records and cells split on any thread. */
#include "formats/csv_reader.h"

#include <pthread.h>

#include "etl/base/utf8.h"
#include "formats/csv_split.h"
#include "formats/encoding.h"

enum {
    BLOCK_BYTES = 256 << 10,
    MAX_RECORD = 1 << 20,
    PADDING = 64,                /* readable bytes behind the end: csv_split looks 64 ahead */
    FIRST_CELLS = 64,
    CELL_MEMORY = 1 << 30
};

struct csv_block {
    struct csv_reader *reader;
    struct csv_block  *next_free;
    char              *bytes;
    size_t             len, cap;
    uint64_t           offset, line;      /* of the first byte */
    bool               at_end;            /* the input's last block: a last line without line end is a record */
    bool               has_nul, is_ascii;
    bool               too_long;          /* no bytes: a record longer than max_record stood here */
    /* while its records are read */
    const char        *at;
    uint64_t           at_line, number, empty_lines;
    struct arena       cells, texts;
};
struct csv_reader {
    struct source     *source;
    struct csv_options options;
    struct csv_dialect dialect;
    struct csv_form    form;
    struct str        *columns;
    size_t             column_count;
    struct arena       mem;
    struct buf         carry;             /* bytes read but not given out: the beginning of a record */
    struct buf         wide;              /* UTF-16: bytes that are not transcoded yet */
    bool               source_ended, ended, skipping;
    uint64_t           offset, line;      /* of the carry's first byte */
    uint64_t           long_offset, long_line;
    pthread_mutex_t    mutex;
    struct csv_block  *free;
};

/* ---- bytes ---- */

/* Appends what the source gives next, as UTF-8 where it is UTF-16. */
static enum etl_status read_more(struct csv_reader *r, struct buf *to, size_t wanted, struct err *err)
{
    size_t          got, used;
    enum etl_status st;

    if (!encoding_is_wide(r->form.encoding)) {
        if (!buf_reserve(to, wanted + PADDING))
            return err_set(err, ETL_UNREAD, "record-long", "%s is full", to->what);
        st = source_read(r->source, to->ptr + to->len, wanted, &got, err);
        if (st == ETL_OK)
            to->len += got;
    } else {
        if (!buf_reserve(&r->wide, wanted))
            return err_set(err, ETL_UNREAD, "record-long", "%s is full", r->wide.what);
        st = source_read(r->source, r->wide.ptr + r->wide.len, wanted, &got, err);
        if (st == ETL_OK)
            r->wide.len += got;
        used = encoding_wide_to_utf8(r->form.encoding, buf_str(&r->wide), to);
        memmove(r->wide.ptr, r->wide.ptr + used, r->wide.len - used);
        r->wide.len -= used;
        if (st == ETL_END && r->wide.len != 0) {   /* half a unit at the end is damage */
            buf_byte(to, (char)0xff);
            r->wide.len = 0;
        }
    }
    if (st == ETL_END) {
        r->source_ended = true;
        return ETL_OK;
    }
    return st;
}

static uint64_t count_newlines(const char *p, size_t len, char newline)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < len; i++)
        lines += p[i] == newline;
    return lines;
}

/* ---- opening: BOM, line ends, header ---- */

static void see_bom(struct csv_reader *r)
{
    static const struct {
        const char   *bytes;
        size_t        len;
        enum encoding encoding;
    } boms[] = { { "\xef\xbb\xbf", 3, ENCODING_UTF8 }, { "\xff\xfe", 2, ENCODING_UTF16LE }, { "\xfe\xff", 2, ENCODING_UTF16BE } };

    r->form.encoding = r->options.encoding == ENCODING_AUTO ? ENCODING_UTF8 : r->options.encoding;
    for (size_t i = 0; i < sizeof boms / sizeof boms[0]; i++)
        if (r->carry.len >= boms[i].len && memcmp(r->carry.ptr, boms[i].bytes, boms[i].len) == 0) {
            r->form.has_bom = true;
            r->form.encoding = boms[i].encoding;
            r->carry.len -= boms[i].len;
            memmove(r->carry.ptr, r->carry.ptr + boms[i].len, r->carry.len);
            r->offset = encoding_is_wide(boms[i].encoding) ? 0 : boms[i].len;
            return;
        }
}

static enum etl_status first_bytes(struct csv_reader *r, struct err *err)
{
    size_t got = 0;

    if (!buf_reserve(&r->carry, BLOCK_BYTES + PADDING))
        return err_set(err, ETL_UNREAD, "record-long", "%s is full", r->carry.what);
    while (r->carry.len < 4 && !r->source_ended) {
        enum etl_status st = source_read(r->source, r->carry.ptr + r->carry.len, BLOCK_BYTES - r->carry.len, &got, err);

        if (st == ETL_END)
            r->source_ended = true;
        else if (st != ETL_OK)
            return st;
        else
            r->carry.len += got;
    }
    see_bom(r);
    if (encoding_is_wide(r->form.encoding)) {
        size_t used;

        buf_add(&r->wide, buf_str(&r->carry));
        buf_reset(&r->carry);
        used = encoding_wide_to_utf8(r->form.encoding, buf_str(&r->wide), &r->carry);
        memmove(r->wide.ptr, r->wide.ptr + used, r->wide.len - used);
        r->wide.len -= used;
    }
    return ETL_OK;
}

/* How the first line ends is how all do. A lone CR in a file of LF lines is text. */
static void see_line_ends(struct csv_reader *r)
{
    struct str  text = buf_str(&r->carry);
    const char *lf = text.len != 0 ? memchr(text.ptr, '\n', text.len) : NULL;
    const char *cr = text.len != 0 ? memchr(text.ptr, '\r', text.len) : NULL;

    r->dialect.newline = lf == NULL && cr != NULL ? '\r' : '\n';
    r->form.crlf = cr != NULL && lf == cr + 1;
}

static struct str to_text(struct csv_reader *r, struct str raw)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, 1 << 20, "a column's name");
    if (r->form.encoding == ENCODING_WINDOWS_1252 || r->form.encoding == ENCODING_LATIN1) {
        encoding_to_utf8(r->form.encoding, raw, &out);
        raw = buf_str(&out);
    }
    return arena_str(&r->mem, str_trim(raw));
}

static enum etl_status read_header(struct csv_reader *r, struct err *err)
{
    for (;;) {
        struct csv_cells cells = { .cap = FIRST_CELLS, .mem = &r->mem, .text_mem = &r->mem };
        const char      *begin, *next;
        enum csv_end     end;

        cells.items = ARENA_ARRAY(&r->mem, struct str, FIRST_CELLS);
        while (r->carry.len != 0 && (r->carry.ptr[0] == '\n' || r->carry.ptr[0] == '\r')) {   /* empty lines ahead of it */
            r->line += r->carry.ptr[0] == r->dialect.newline;
            r->offset++;
            memmove(r->carry.ptr, r->carry.ptr + 1, --r->carry.len);
        }
        buf_reserve(&r->carry, PADDING);
        begin = r->carry.ptr;
        if (r->carry.len == 0 && r->source_ended)
            return err_set(err, ETL_UNREAD, "header", "the file is empty: no header line");
        end = csv_split(&r->dialect, begin, begin + r->carry.len, r->source_ended, &cells, &next);
        if ((end == CSV_END_MORE || end == CSV_END_OPEN) && !r->source_ended && r->carry.len <= r->options.max_record) {
            enum etl_status st = read_more(r, &r->carry, BLOCK_BYTES, err);

            if (st != ETL_OK)
                return st;
            continue;
        }
        err->line = r->line;
        if (end != CSV_END_RECORD)
            return err_set(err, ETL_UNREAD, "header", "the header line is damaged: %s",
                           end == CSV_END_OPEN ? "a quote is never closed" : end == CSV_END_MORE ? "it is too long" : "text after a closing quote");
        r->column_count = cells.count;
        r->columns = ARENA_ARRAY(&r->mem, struct str, cells.count + 1);
        for (size_t i = 0; i < cells.count; i++)
            r->columns[i] = to_text(r, cells.items[i]);
        r->form.header_raw = arena_str(&r->mem, str_of(begin, (size_t)(cells.content_end - begin)));
        r->line += count_newlines(begin, (size_t)(next - begin), r->dialect.newline);
        r->offset += (uint64_t)(next - begin);
        r->carry.len -= (size_t)(next - begin);
        memmove(r->carry.ptr, next, r->carry.len);
        err->line = 0;
        return ETL_OK;
    }
}

static void given_columns(struct csv_reader *r)
{
    r->column_count = r->options.name_count;
    r->columns = ARENA_ARRAY(&r->mem, struct str, r->column_count + 1);
    for (size_t i = 0; i < r->column_count; i++)
        r->columns[i] = arena_str(&r->mem, r->options.names[i]);
}

enum etl_status csv_reader_open(struct source *source, const struct csv_options *options, struct csv_reader **out,
                                struct err *err)
{
    struct csv_reader *r = calloc(1, sizeof *r);
    enum etl_status    st;

    if (r == NULL)
        memory_exhausted("a CSV reader", sizeof *r);
    r->source = source;
    r->options = *options;
    r->line = 1;
    if (r->options.max_record == 0)
        r->options.max_record = MAX_RECORD;
    if (r->options.block_bytes == 0)
        r->options.block_bytes = BLOCK_BYTES;
    r->dialect = (struct csv_dialect){ options->delimiter != 0 ? options->delimiter : ',', options->quote, '\n' };
    r->form.delimiter = r->dialect.delimiter;
    r->form.quote = options->quote;
    r->form.has_header = options->has_header;
    arena_init(&r->mem, 64U << 20, "a CSV header");
    buf_init(&r->carry, 2 * r->options.max_record + 8 * (size_t)BLOCK_BYTES + 4 * r->options.block_bytes, "a CSV record");
    buf_init(&r->wide, 8 * (size_t)BLOCK_BYTES, "a block of UTF-16");
    pthread_mutex_init(&r->mutex, NULL);
    st = first_bytes(r, err);
    if (st == ETL_OK) {
        see_line_ends(r);
        if (options->has_header)
            st = read_header(r, err);
        else
            given_columns(r);
    }
    if (st != ETL_OK) {
        csv_reader_close(r);
        return st;
    }
    *out = r;
    return ETL_OK;
}

const struct str *csv_reader_columns(const struct csv_reader *r, size_t *count)
{
    *count = r->column_count;
    return r->columns;
}

const struct csv_form *csv_reader_form(const struct csv_reader *r)
{
    return &r->form;
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
    if (b == NULL) {
        b = calloc(1, sizeof *b);
        if (b == NULL)
            memory_exhausted("a block of CSV", sizeof *b);
        b->reader = r;
        arena_init(&b->cells, CELL_MEMORY, "the cells of a block of CSV");
        arena_init(&b->texts, CELL_MEMORY, "the cells of a block of CSV");
    }
    return b;
}

static void put_block(struct csv_reader *r, struct csv_block *b, size_t len, bool at_end)
{
    if (b->cap < len + PADDING) {
        free(b->bytes);
        b->cap = len + PADDING;
        b->bytes = malloc(b->cap);
        if (b->bytes == NULL)
            memory_exhausted("a block of CSV", b->cap);
    }
    if (len != 0)
        memcpy(b->bytes, r->carry.ptr, len);
    memset(b->bytes + len, 0, PADDING);
    b->len = len;
    b->offset = r->offset;
    b->line = b->at_line = r->line;
    b->at = b->bytes;
    b->at_end = at_end;
    b->too_long = false;
    b->number = b->empty_lines = 0;
    b->has_nul = len != 0 && memchr(b->bytes, '\0', len) != NULL;
    b->is_ascii = utf8_is_ascii(str_of(b->bytes, len));
    r->line += count_newlines(b->bytes, len, r->dialect.newline);
    r->offset += len;
    r->carry.len -= len;
    memmove(r->carry.ptr, r->carry.ptr + len, r->carry.len);
}

/* The length of the whole records at the carry's beginning. Without a quote the last line end is the last record's end;
 * with one, only going through record by record tells. */
static size_t whole_records(struct csv_reader *r, const char **open_at)
{
    const char      *begin = r->carry.ptr, *end = begin + r->carry.len, *at = begin, *next;
    struct csv_cells cells = { 0 };

    *open_at = NULL;
    if (r->carry.len == 0)
        return 0;
    if (r->dialect.quote == 0 || memchr(begin, r->dialect.quote, r->carry.len) == NULL) {
        const char *last = memrchr(begin, r->dialect.newline, r->carry.len);

        return last != NULL ? (size_t)(last + 1 - begin) : 0;
    }
    while (at < end) {
        enum csv_end how = csv_split(&r->dialect, at, end, false, &cells, &next);

        if (how == CSV_END_OPEN)
            *open_at = cells.open_at;
        if (how == CSV_END_OPEN || how == CSV_END_MORE)
            break;
        at = next;
    }
    return (size_t)(at - begin);
}

static enum etl_status open_quote(struct csv_reader *r, const char *open_at, const char *why, struct err *err)
{
    err->line = r->line + count_newlines(r->carry.ptr, (size_t)(open_at - r->carry.ptr), r->dialect.newline);
    return err_set(err, ETL_UNREAD, "quote-open", "the quote that opens here is never closed (%s); mend the extract there", why);
}

/* A record that is too long is not held: its bytes go by until its line ends. */
static enum etl_status skip_line(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    for (;;) {
        const char *line_end = r->carry.len != 0 ? memchr(r->carry.ptr, r->dialect.newline, r->carry.len) : NULL;
        size_t      used = line_end != NULL ? (size_t)(line_end + 1 - r->carry.ptr) : r->carry.len;

        r->offset += used;
        r->carry.len -= used;
        memmove(r->carry.ptr, r->carry.ptr + used, r->carry.len);
        if (line_end != NULL || r->source_ended)
            break;
        enum etl_status st = read_more(r, &r->carry, BLOCK_BYTES, err);

        if (st != ETL_OK)
            return st;
    }
    put_block(r, b, 0, false);
    b->too_long = true;
    b->line = b->at_line = r->long_line;
    b->offset = r->long_offset;
    r->line++;
    r->skipping = false;
    return ETL_OK;
}

static enum etl_status fill_block(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    size_t      target = r->options.block_bytes, whole;
    const char *open_at;

    if (r->skipping)
        return skip_line(r, b, err);
    for (;;) {
        while (r->carry.len < target && !r->source_ended) {
            enum etl_status st = read_more(r, &r->carry, target - r->carry.len, err);

            if (st != ETL_OK)
                return st;
        }
        buf_reserve(&r->carry, PADDING);
        whole = whole_records(r, &open_at);
        if (r->source_ended) {
            if (open_at != NULL && r->carry.ptr + r->carry.len > open_at) {
                struct csv_cells cells = { 0 };
                const char      *next;

                /* The last cell may close with the file's last byte. */
                if (csv_split(&r->dialect, r->carry.ptr + whole, r->carry.ptr + r->carry.len, true, &cells, &next) == CSV_END_OPEN)
                    return open_quote(r, open_at, "the file ends before", err);
            }
            if (r->carry.len == 0)
                return ETL_END;
            put_block(r, b, r->carry.len, true);
            return ETL_OK;
        }
        if (whole != 0) {
            put_block(r, b, whole, false);
            return ETL_OK;
        }
        if (r->carry.len > r->options.max_record) {
            if (open_at != NULL)
                return open_quote(r, open_at, "the record is longer than max_record", err);
            r->skipping = true;
            r->long_offset = r->offset;
            r->long_line = r->line;
            return skip_line(r, b, err);
        }
        target = r->carry.len + r->options.block_bytes;
    }
}

enum etl_status csv_reader_block(struct csv_reader *r, struct csv_block **out, struct err *err)
{
    struct csv_block *b;
    enum etl_status   st;

    if (r->ended)
        return ETL_END;
    b = take_block(r);
    st = fill_block(r, b, err);
    if (st != ETL_OK) {
        r->ended = st == ETL_END;
        csv_block_release(b);
        return st;
    }
    *out = b;
    return ETL_OK;
}

/* ---- splitting a block ---- */

static enum etl_status reject(struct err *err, uint64_t line, const char *rule, const char *text)
{
    err->line = line;
    return err_set(err, ETL_REJECT, rule, "%s", text);
}

/* Cells as valid UTF-8; false where a byte is wrong in the encoding. */
static bool decode_cells(struct csv_block *b, struct csv_cells *cells)
{
    enum encoding encoding = b->reader->form.encoding;

    for (size_t i = 0; i < cells->count; i++) {
        AUTO(buf_release) struct buf text;

        if (utf8_is_ascii(cells->items[i]))
            continue;
        if (encoding != ENCODING_WINDOWS_1252 && encoding != ENCODING_LATIN1) {
            if (!utf8_valid(cells->items[i]))
                return false;
            continue;
        }
        buf_init(&text, 8 * (cells->items[i].len + 1), "a cell");
        if (!encoding_to_utf8(encoding, cells->items[i], &text))
            return false;
        cells->items[i] = arena_str(&b->texts, buf_str(&text));
    }
    return true;
}

static enum etl_status check_width(const struct csv_reader *r, struct csv_cells *cells, uint64_t line, struct err *err)
{
    size_t filled = cells->count;

    if (cells->count == r->column_count)
        return ETL_OK;
    err->line = line;
    if (cells->count < r->column_count)
        return err_set(err, ETL_REJECT, "row-short", "%zu cells, the %s %zu", cells->count,
                       r->form.has_header ? "header has" : "mapping names", r->column_count);
    while (filled > r->column_count && cells->items[filled - 1].len == 0)
        filled--;
    if (filled > r->column_count)
        return err_set(err, ETL_REJECT, "row-long", "%zu cells, the %s %zu", cells->count,
                       r->form.has_header ? "header has" : "mapping names", r->column_count);
    cells->count = r->column_count;   /* the surplus is empty: trailing delimiters */
    return ETL_OK;
}

/* Skips empty lines; false at the block's end. */
static bool skip_empty_lines(struct csv_block *b)
{
    const char *end = b->bytes + b->len;
    char        newline = b->reader->dialect.newline;

    while (b->at < end) {
        bool crlf = newline == '\n' && *b->at == '\r' && b->at + 1 < end && b->at[1] == '\n';

        if (*b->at != newline && !crlf)
            return true;
        b->at += crlf ? 2 : 1;
        b->at_line++;
        b->empty_lines++;
    }
    return false;
}

enum etl_status csv_block_next(struct csv_block *b, struct record *out, bool *is_damaged, struct err *err)
{
    struct csv_reader *r = b->reader;
    struct csv_cells   cells = { .mem = &b->cells, .text_mem = &b->texts };
    const char        *begin, *next;
    enum csv_end       end;

    *is_damaged = false;
    if (b->too_long) {
        b->too_long = false;
        *out = (struct record){ .raw = STR(""), .line = b->line, .offset = b->offset, .number = 1 };
        *is_damaged = true;
        err->line = b->line;
        return err_set(err, ETL_REJECT, "damaged-long", "the record is longer than %zu bytes (max_record) and was skipped",
                       r->options.max_record);
    }
    if (!skip_empty_lines(b))
        return ETL_END;
    cells.cap = r->column_count + 4;
    cells.items = (struct str *)(void *)arena_bytes(&b->cells, cells.cap * sizeof *cells.items);
    begin = b->at;
    end = csv_split(&r->dialect, begin, b->bytes + b->len, b->at_end, &cells, &next);
    if (end == CSV_END_MORE || end == CSV_END_OPEN) {
        /* The cutter gives whole records only; what is left without a line end is the input's last line. */
        next = b->bytes + b->len;
        cells.content_end = next;
        end = CSV_END_DAMAGED;
    }
    *out = (struct record){ .raw = str_of(begin, (size_t)(cells.content_end - begin)), .line = b->at_line,
                            .offset = b->offset + (uint64_t)(begin - b->bytes), .number = ++b->number };
    if (r->dialect.newline == '\n' && out->raw.len != 0 && out->raw.ptr[out->raw.len - 1] == '\r')
        out->raw.len--;
    b->at = next;
    b->at_line += count_newlines(begin, (size_t)(next - begin), r->dialect.newline);
    *is_damaged = true;
    if (end == CSV_END_DAMAGED)
        return reject(err, out->line, "damaged-quote", "text after a closing quote; quotes inside a quoted cell are doubled");
    if (out->raw.len > r->options.max_record)
        return reject(err, out->line, "damaged-long", "the record is longer than max_record");
    if (b->has_nul && memchr(begin, '\0', (size_t)(cells.content_end - begin)) != NULL)
        return reject(err, out->line, "damaged-nul", "a NUL byte stands in it");
    if (!b->is_ascii && !decode_cells(b, &cells))
        return reject(err, out->line, "damaged-encoding",
                      r->form.encoding == ENCODING_UTF8 ? "bytes that are no UTF-8; name the encoding in the mapping (windows-1252, latin-1)"
                                                        : "bytes that are no characters in its encoding");
    *is_damaged = false;
    out->cells = cells.items;
    out->count = cells.count;
    if (cells.count != r->column_count) {
        enum etl_status st = check_width(r, &cells, out->line, err);

        out->count = cells.count;
        return st;
    }
    return ETL_OK;
}

uint64_t csv_block_empty_lines(const struct csv_block *b)
{
    return b->empty_lines;
}

void csv_block_release(struct csv_block *b)
{
    if (b == NULL)
        return;
    arena_reset(&b->cells);
    arena_reset(&b->texts);
    pthread_mutex_lock(&b->reader->mutex);
    b->next_free = b->reader->free;
    b->reader->free = b;
    pthread_mutex_unlock(&b->reader->mutex);
}

void csv_reader_close(struct csv_reader *r)
{
    if (r == NULL)
        return;
    while (r->free != NULL) {
        struct csv_block *b = r->free;

        r->free = b->next_free;
        arena_release(&b->cells);
        arena_release(&b->texts);
        free(b->bytes);
        free(b);
    }
    pthread_mutex_destroy(&r->mutex);
    buf_release(&r->carry);
    buf_release(&r->wide);
    arena_release(&r->mem);
    free(r);
}

enum etl_status csv_record_parse(struct str raw, const struct csv_form *form, size_t column_count, struct arena *mem,
                                 struct record *out, struct err *err)
{
    struct csv_reader as = { .form = *form, .column_count = column_count,
                             .dialect = { form->delimiter, form->quote, '\n' }, .options = { .max_record = raw.len + 1 } };
    struct csv_block  block = { .reader = &as, .len = raw.len, .at_end = true, .line = 1, .at_line = 1 };
    bool              is_damaged;
    enum etl_status   st;

    block.bytes = arena_bytes(mem, raw.len + PADDING);
    memcpy(block.bytes, raw.ptr, raw.len);
    memset(block.bytes + raw.len, 0, PADDING);
    block.at = block.bytes;
    arena_init(&block.cells, CELL_MEMORY, "the cells of a record");
    arena_init(&block.texts, CELL_MEMORY, "the cells of a record");
    block.has_nul = true;
    st = csv_block_next(&block, out, &is_damaged, err);
    if (st == ETL_OK || (st == ETL_REJECT && !is_damaged)) {
        struct str *cells = ARENA_ARRAY(mem, struct str, out->count + 1);

        for (size_t i = 0; i < out->count; i++)
            cells[i] = arena_str(mem, out->cells[i]);
        out->cells = cells;
        st = ETL_OK;   /* a short or long row was judged when it was read first */
    }
    arena_release(&block.cells);
    arena_release(&block.texts);
    return st;
}
