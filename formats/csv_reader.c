/* formats/csv_reader.c - reads CSV as records: blocks are cut in order, records and cells split on any thread. */
#include "formats/csv_reader.h"

#include <pthread.h>

#include "etl/core/utf8.h"
#include "formats/csv_split.h"
#include "formats/encoding.h"

enum {
    BLOCK_BYTES = 256 << 10,
    MAX_RECORD = 1 << 20,
    PADDING = 64, /* readable bytes behind the end: csv_split looks 64 ahead */
    FIRST_CELLS = 64,
    CELL_MEMORY = 1 << 30
};

struct csv_block {
    struct record_block base;
    struct csv_reader  *reader;
    struct csv_block   *next_free;
    char               *bytes;
    size_t              len, cap;
    uint64_t            offset, line; /* of the first byte */
    bool                at_end;       /* the input's last block: a last line without line end is a record */
    bool                has_nul, has_quote;
    bool                too_long; /* no bytes: a record longer than max_record stood here */
    /* while its records are read */
    const char  *at;
    uint64_t     at_line, at_offset, number, empty_lines;
    struct arena cells, texts;
};
struct csv_reader {
    struct record_reader base;
    struct source       *source;
    struct csv_options   options;
    struct csv_dialect   dialect;
    struct csv_form      form;
    struct str          *columns;
    size_t               column_count;
    struct arena         mem;
    struct buf           carry; /* bytes read but not given out: the beginning of a record */
    struct buf           wide;  /* UTF-16: bytes that are not transcoded yet */
    bool                 source_ended, ended;
    uint64_t             offset, line; /* of the carry's first byte */
    pthread_mutex_t      mutex;
    struct csv_block    *free;
};

static const struct record_style csv_style;

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
        if (st == ETL_END && r->wide.len != 0) { /* half a unit at the end is damage */
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

/* In sixteen counters of a byte, emptied before they are full, which compilers turn into two instructions for sixteen bytes; counting
 * in one number took ten times as long, all threads waiting for it (callgrind). */
static uint64_t count_newlines(const char *p, size_t len, char newline)
{
    enum { LANES = 16, FULL = 255 };
    uint64_t lines = 0;

    while (len >= LANES) {
        unsigned char counts[LANES] = { 0 };
        size_t        steps = len / LANES < FULL ? len / LANES : FULL;

        for (size_t i = 0; i < steps; i++)
            for (size_t k = 0; k < LANES; k++)
                counts[k] = (unsigned char)(counts[k] + (p[LANES * i + k] == newline));
        for (size_t k = 0; k < LANES; k++)
            lines += counts[k];
        p += LANES * steps;
        len -= LANES * steps;
    }
    for (size_t i = 0; i < len; i++)
        lines += p[i] == newline;
    return lines;
}

/* How many bytes of the input these are: UTF-16 was transcoded when it was read (0xff stands for one damaged unit). */
static uint64_t input_bytes(const struct csv_reader *r, const char *p, size_t len)
{
    uint64_t units = 0;

    if (!encoding_is_wide(r->form.encoding))
        return len;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)p[i];

        units += c == 0xff ? 1U : c >= 0xf0 ? 2U : (c & 0xc0) != 0x80;
    }
    return 2 * units;
}

/* The carry's first bytes are done with. */
static void drop_front(struct csv_reader *r, size_t len)
{
    r->line += count_newlines(r->carry.ptr, len, r->dialect.newline);
    r->offset += input_bytes(r, r->carry.ptr, len);
    r->carry.len -= len;
    memmove(r->carry.ptr, r->carry.ptr + len, r->carry.len);
}

/* ---- opening: BOM, line ends, header ---- */

static void see_bom(struct csv_reader *r)
{
    static const struct {
        const char   *bytes;
        size_t        len;
        enum encoding encoding;
    } boms[] = { { "\xef\xbb\xbf", 3, ENCODING_UTF8 },
                 { "\xff\xfe", 2, ENCODING_UTF16LE },
                 { "\xfe\xff", 2, ENCODING_UTF16BE } };

    r->form.encoding = r->options.encoding == ENCODING_AUTO ? ENCODING_UTF8 : r->options.encoding;
    for (size_t i = 0; i < sizeof boms / sizeof boms[0]; i++)
        if (r->carry.len >= boms[i].len && memcmp(r->carry.ptr, boms[i].bytes, boms[i].len) == 0) {
            r->form.has_bom = true;
            r->form.encoding = boms[i].encoding;
            r->offset = boms[i].len;
            r->carry.len -= boms[i].len;
            memmove(r->carry.ptr, r->carry.ptr + boms[i].len, r->carry.len);
            return;
        }
}

/* How the first line ends is how all do. A lone CR in a file of LF lines is text, and what stands in quotes tells nothing.
 * false: more has to be read before that can be told. */
static bool see_line_ends(struct csv_reader *r)
{
    const char *p = r->carry.ptr, *end = p + r->carry.len, *cr = NULL;
    bool        in_quotes = false, at_start = true;

    for (; p < end; p++) {
        if (in_quotes) {
            in_quotes = *p != r->dialect.quote;
            at_start = !in_quotes; /* a doubled quote opens it again */
        } else if (*p == '\n') {
            r->form.line_end = p > r->carry.ptr && p[-1] == '\r' ? LINE_CRLF : LINE_LF;
            return true;
        } else {
            if (*p == '\r' && cr == NULL)
                cr = p;
            in_quotes = at_start && r->dialect.quote != 0 && *p == r->dialect.quote;
            at_start = *p == r->dialect.delimiter || *p == '\r';
        }
    }
    if (!r->source_ended && r->carry.len < BLOCK_BYTES)
        return false;
    if (cr != NULL) {
        r->form.line_end = LINE_CR;
        r->dialect.newline = '\r';
    }
    return true;
}

static enum etl_status first_bytes(struct csv_reader *r, struct err *err)
{
    enum etl_status st = ETL_OK;
    size_t          got;

    if (!buf_reserve(&r->carry, BLOCK_BYTES + PADDING))
        return err_set(err, ETL_UNREAD, "record-long", "%s is full", r->carry.what);
    while (r->carry.len < 4 && st == ETL_OK) {
        st = source_read(r->source, r->carry.ptr + r->carry.len, BLOCK_BYTES - r->carry.len, &got, err);
        if (st == ETL_OK)
            r->carry.len += got;
    }
    if (st != ETL_OK && st != ETL_END)
        return st;
    see_bom(r);
    if (encoding_is_wide(r->form.encoding)) {
        buf_add(&r->wide, buf_str(&r->carry));
        buf_reset(&r->carry);
    }
    do {
        st = read_more(r, &r->carry, BLOCK_BYTES, err);
    } while (st == ETL_OK && !see_line_ends(r));
    return st;
}

/* A column's name as UTF-8; false where its bytes are none in the encoding. */
static bool to_text(struct csv_reader *r, struct str raw, struct str *out)
{
    AUTO(buf_release) struct buf text;

    buf_init(&text, 4 * raw.len + 4, "a column's name");
    if (r->form.encoding == ENCODING_WINDOWS_1252 || r->form.encoding == ENCODING_LATIN1) {
        if (!encoding_to_utf8(r->form.encoding, raw, &text))
            return false;
        raw = buf_str(&text);
    }
    *out = arena_str(&r->mem, str_trim(raw));
    return utf8_valid(raw) && (raw.len == 0 || memchr(raw.ptr, '\0', raw.len) == NULL);
}

static void skip_empty_front(struct csv_reader *r)
{
    size_t n = 0;

    while (n < r->carry.len && (r->carry.ptr[n] == '\n' || r->carry.ptr[n] == '\r'))
        n++;
    drop_front(r, n);
}

static enum etl_status header_fault(struct csv_reader *r, enum csv_end end, struct err *err)
{
    err->line = r->line;
    return err_set(err, ETL_UNREAD, "header", "the header line is damaged: %s",
                   end == CSV_END_OPEN   ? "a quote is never closed"
                   : end == CSV_END_MORE ? "it is too long"
                                         : "text after a closing quote");
}

static enum etl_status take_header(struct csv_reader *r, const struct csv_cells *cells, struct err *err)
{
    r->column_count = cells->count;
    r->columns = ARENA_ARRAY(&r->mem, struct str, cells->count + 1);
    for (size_t i = 0; i < cells->count; i++)
        if (!to_text(r, cells->items[i], &r->columns[i])) {
            err->line = r->line;
            return err_set(
                err, ETL_UNREAD, "header",
                "column %zu of the header has bytes that are no %s; name the encoding in the mapping (windows-1252, latin-1)",
                i + 1, r->form.encoding == ENCODING_UTF8 ? "UTF-8" : "characters in its encoding");
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
        buf_reserve(&r->carry, PADDING);
        begin = r->carry.ptr;
        if (r->carry.len == 0 && r->source_ended)
            return err_set(err, ETL_UNREAD, "header", "the file is empty: no header line");
        end = csv_split(&r->dialect, begin, begin + r->carry.len, r->source_ended, &cells, &next);
        if (end == CSV_END_RECORD) {
            st = take_header(r, &cells, err);
            r->form.header_raw = arena_str(&r->mem, str_of(begin, (size_t)(cells.content_end - begin)));
            drop_front(r, (size_t)(next - begin));
            return st;
        }
        if (end == CSV_END_DAMAGED || r->source_ended || r->carry.len > r->options.max_record)
            return header_fault(r, end, err);
        st = read_more(r, &r->carry, BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
}

static void given_columns(struct csv_reader *r)
{
    r->column_count = r->options.name_count;
    r->columns = ARENA_ARRAY(&r->mem, struct str, r->column_count + 1);
    for (size_t i = 0; i < r->column_count; i++)
        r->columns[i] = arena_str(&r->mem, r->options.names[i]);
}

enum etl_status csv_reader_open(struct source *source, const struct csv_options *options, struct record_reader **out,
                                struct err *err)
{
    struct csv_reader *r = calloc(1, sizeof *r);
    enum etl_status    st;

    if (r == NULL)
        memory_exhausted("a CSV reader", sizeof *r);
    r->base.style = &csv_style;
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
    buf_init(&r->carry, 2 * r->options.max_record + 8 * (size_t)BLOCK_BYTES + 4 * r->options.block_bytes,
             "a CSV record");
    buf_init(&r->wide, 8 * (size_t)BLOCK_BYTES, "a block of UTF-16");
    pthread_mutex_init(&r->mutex, NULL);
    st = first_bytes(r, err);
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
    *count = csv_of(r)->column_count;
    return csv_of(r)->columns;
}

const struct csv_form *csv_reader_form(const struct record_reader *r)
{
    return &csv_of(r)->form;
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
        b->base.style = &csv_style;
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
    b->offset = b->at_offset = r->offset;
    b->line = b->at_line = r->line;
    b->at = b->bytes;
    b->at_end = at_end;
    b->too_long = false;
    b->number = b->empty_lines = 0;
    b->has_nul = len != 0 && memchr(b->bytes, '\0', len) != NULL;
    b->has_quote = r->dialect.quote != 0 && len != 0 && memchr(b->bytes, r->dialect.quote, len) != NULL;
    drop_front(r, len);
}

/* The length of the whole records at the carry's beginning, up to one that is too long. Without a quote the last line end is the
 * last record's end; with one, only going through record by record tells. *open_at: where a quote opens behind them. */
static size_t whole_records(struct csv_reader *r, const char **open_at)
{
    const char      *begin = r->carry.ptr, *end = begin + r->carry.len, *at = begin, *next;
    struct csv_cells cells = { 0 };

    *open_at = NULL;
    if (r->carry.len == 0)
        return 0;
    if (r->carry.len <= r->options.max_record &&
        (r->dialect.quote == 0 || memchr(begin, r->dialect.quote, r->carry.len) == NULL)) {
        const char *last = r->source_ended ? end - 1 : memrchr(begin, r->dialect.newline, r->carry.len);

        return last != NULL ? (size_t)(last + 1 - begin) : 0;
    }
    while (at < end) {
        enum csv_end how = csv_split(&r->dialect, at, end, r->source_ended, &cells, &next);

        if (how == CSV_END_OPEN)
            *open_at = cells.open_at;
        if (how == CSV_END_OPEN || how == CSV_END_MORE || (size_t)(cells.content_end - at) > r->options.max_record)
            break;
        at = next;
    }
    return (size_t)(at - begin);
}

static enum etl_status open_quote(struct csv_reader *r, const char *open_at, const char *why, struct err *err)
{
    err->line = r->line + count_newlines(r->carry.ptr, (size_t)(open_at - r->carry.ptr), r->dialect.newline);
    return err_set(err, ETL_UNREAD, "quote-open",
                   "the quote that opens here is never closed (%s); mend the extract there", why);
}

/* A record that is too long is not held: its bytes go by until the line ends in which it became too long. */
static enum etl_status skip_line(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    uint64_t line = r->line, offset = r->offset;
    size_t   seen = r->options.max_record;

    for (;;) {
        const char *line_end =
            seen < r->carry.len ? memchr(r->carry.ptr + seen, r->dialect.newline, r->carry.len - seen) : NULL;
        enum etl_status st;

        drop_front(r, line_end != NULL ? (size_t)(line_end + 1 - r->carry.ptr) : r->carry.len);
        if (line_end != NULL || r->source_ended)
            break;
        seen = 0;
        st = read_more(r, &r->carry, BLOCK_BYTES, err);
        if (st != ETL_OK)
            return st;
    }
    put_block(r, b, 0, false);
    b->too_long = true;
    b->line = b->at_line = line;
    b->offset = offset;
    return ETL_OK;
}

/* What stands at the carry's beginning became longer than a record may be. */
static enum etl_status too_long(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    struct csv_cells cells = { 0 };
    const char      *begin = r->carry.ptr, *next;

    if (csv_split(&r->dialect, begin, begin + r->options.max_record, false, &cells, &next) == CSV_END_OPEN)
        return open_quote(r, cells.open_at, "the record is longer than max_record", err);
    return skip_line(r, b, err);
}

static enum etl_status fill_block(struct csv_reader *r, struct csv_block *b, struct err *err)
{
    enum { LINE_END_BYTES = 2 };
    size_t      target = r->options.block_bytes, whole;
    const char *open_at;

    for (;;) {
        while (r->carry.len < target && !r->source_ended) {
            enum etl_status st = read_more(r, &r->carry, target - r->carry.len, err);

            if (st != ETL_OK)
                return st;
        }
        buf_reserve(&r->carry, PADDING);
        whole = whole_records(r, &open_at);
        if (whole != 0) {
            put_block(r, b, whole, r->source_ended && whole == r->carry.len);
            return ETL_OK;
        }
        if (r->carry.len > r->options.max_record + LINE_END_BYTES ||
            (r->source_ended && r->carry.len != 0 && open_at == NULL))
            return too_long(r, b, err);
        if (r->source_ended)
            return open_at != NULL ? open_quote(r, open_at, "the file ends before", err) : ETL_END;
        target = r->carry.len + r->options.block_bytes;
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

/* ---- splitting a block ---- */

static enum etl_status reject(struct err *err, uint64_t line, const char *rule, const char *text)
{
    err->line = line;
    return err_set(err, ETL_REJECT, rule, "%s", text);
}

/* Cells as valid UTF-8; false where a byte is wrong in the encoding. */
static bool decode_cells(struct csv_block *b, struct csv_cells *cells)
{
    AUTO(buf_release) struct buf text;
    enum encoding                encoding = b->reader->form.encoding;
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
    cells->count = r->column_count; /* the surplus is empty: trailing delimiters */
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
        b->at_offset += input_bytes(b->reader, "\r\n", crlf ? 2 : 1);
        b->at_line++;
        b->empty_lines++;
    }
    return false;
}

static enum etl_status csv_next(struct record_block *block, struct record *out, bool *is_damaged, struct err *err)
{
    struct csv_block  *b = (struct csv_block *)(void *)block;
    struct csv_reader *r = b->reader;
    struct csv_cells   cells = { .mem = &b->cells, .text_mem = &b->texts };
    const char        *begin, *next;
    enum csv_end       end;

    *is_damaged = false;
    if (b->too_long) {
        b->too_long = false;
        *out = (struct record){ .raw = STR(""), .line = b->line, .offset = b->offset, .number = ++b->number };
        *is_damaged = true;
        err->line = b->line;
        return err_set(err, ETL_REJECT, "damaged-long",
                       "the record is longer than %zu bytes (max_record) and was skipped", r->options.max_record);
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
    *out = (struct record){ .raw = str_of(begin, (size_t)(cells.content_end - begin)),
                            .line = b->at_line,
                            .offset = b->at_offset,
                            .number = ++b->number };
    if (r->dialect.newline == '\n' && out->raw.len != 0 && out->raw.ptr[out->raw.len - 1] == '\r')
        out->raw.len--;
    out->length = (size_t)input_bytes(r, begin, out->raw.len);
    b->at = next;
    b->at_offset += input_bytes(r, begin, (size_t)(next - begin));
    /* Without a quote a record is a line: counting took as long as half of csv_split (callgrind). */
    b->at_line += b->has_quote ? count_newlines(begin, (size_t)(next - begin), r->dialect.newline) : 1;
    *is_damaged = true;
    if (end == CSV_END_DAMAGED)
        return reject(err, out->line, "damaged-quote",
                      "text after a closing quote; quotes inside a quoted cell are doubled");
    if (b->has_nul && memchr(begin, '\0', (size_t)(cells.content_end - begin)) != NULL)
        return reject(err, out->line, "damaged-nul", "a NUL byte stands in it");
    if (!utf8_is_ascii(str_of(begin, (size_t)(cells.content_end - begin))) && !decode_cells(b, &cells))
        return reject(err, out->line, "damaged-encoding",
                      r->form.encoding == ENCODING_UTF8
                          ? "bytes that are no UTF-8; name the encoding in the mapping (windows-1252, latin-1)"
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

static uint64_t csv_empty_lines(const struct record_block *block)
{
    return ((const struct csv_block *)(const void *)block)->empty_lines;
}

static void csv_release(struct record_block *block)
{
    struct csv_block  *b = (struct csv_block *)(void *)block;
    struct csv_reader *r = b->reader;

    arena_reset(&b->cells);
    arena_reset(&b->texts);
    pthread_mutex_lock(&r->mutex);
    b->next_free = r->free;
    r->free = b;
    pthread_mutex_unlock(&r->mutex);
}

/* The same splitting, over a block that is this one record. */
static enum etl_status parse_again(struct csv_reader *r, struct str text, struct arena *mem, struct record *out,
                                   struct err *err)
{
    struct csv_block block = {
        .reader = r, .len = text.len, .at_end = true, .line = 1, .at_line = 1, .has_nul = true, .has_quote = true
    };
    bool            is_damaged;
    enum etl_status st;

    block.bytes = arena_bytes(mem, text.len + PADDING);
    if (text.len != 0)
        memcpy(block.bytes, text.ptr, text.len);
    memset(block.bytes + text.len, 0, PADDING);
    block.at = block.bytes;
    arena_init(&block.cells, CELL_MEMORY, "the cells of a record");
    arena_init(&block.texts, CELL_MEMORY, "the cells of a record");
    st = csv_next(&block.base, out, &is_damaged, err);
    if (st == ETL_OK || (st == ETL_REJECT && !is_damaged)) {
        struct str *cells = ARENA_ARRAY(mem, struct str, out->count + 1);

        for (size_t i = 0; i < out->count; i++)
            cells[i] = arena_str(mem, out->cells[i]);
        out->cells = cells;
        st = ETL_OK; /* a short or long row was judged when it was read first */
    }
    arena_release(&block.cells);
    arena_release(&block.texts);
    return st == ETL_END ? err_set(err, ETL_REJECT, "record", "no record stands there") : st;
}

static enum etl_status csv_again(struct record_reader *reader, struct str bytes, struct arena *mem, struct record *out,
                                 struct err *err)
{
    AUTO(buf_release) struct buf text;
    struct csv_reader           *r = (struct csv_reader *)(void *)reader;

    buf_init(&text, 2 * bytes.len + 4, "a record");
    if (!encoding_is_wide(r->form.encoding))
        return parse_again(r, bytes, mem, out, err);
    encoding_wide_to_utf8(r->form.encoding, bytes, &text);
    return parse_again(r, buf_str(&text), mem, out, err);
}

static void csv_close(struct record_reader *reader)
{
    struct csv_reader *r = (struct csv_reader *)(void *)reader;

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

static const struct record_style csv_style = { "csv",       csv_block, csv_next, csv_empty_lines,
                                               csv_release, csv_again, csv_close };
