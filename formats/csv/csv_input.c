/* formats/csv/csv_input.c - the bytes of a CSV input as UTF-8, with their places. */
#include "formats/csv/csv_input.h"

#include "formats/newlines.h"

enum { WIDE_BYTES = 8 * CSV_BLOCK_BYTES };

void csv_input_init(struct csv_input *in, struct source *source, size_t max_bytes)
{
    *in = (struct csv_input){ .source = source, .line = 1, .newline = '\n' };
    buf_init(&in->carry, max_bytes, "a CSV record");
    buf_init(&in->wide, WIDE_BYTES, "a block of UTF-16");
}

void csv_input_release(struct csv_input *in)
{
    buf_release(&in->carry);
    buf_release(&in->wide);
}

enum etl_status csv_input_more(struct csv_input *in, size_t wanted, struct err *err)
{
    size_t          got, used;
    enum etl_status st;

    if (!encoding_is_wide(in->encoding)) {
        if (!buf_reserve(&in->carry, wanted + CSV_PADDING))
            return err_set(err, ETL_UNREAD, "record-long", "%s is full", in->carry.what);
        st = source_read(in->source, in->carry.ptr + in->carry.len, wanted, &got, err);
        if (st == ETL_OK)
            in->carry.len += got;
    } else {
        if (!buf_reserve(&in->wide, wanted))
            return err_set(err, ETL_UNREAD, "record-long", "%s is full", in->wide.what);
        st = source_read(in->source, in->wide.ptr + in->wide.len, wanted, &got, err);
        if (st == ETL_OK)
            in->wide.len += got;
        used = encoding_wide_to_utf8(in->encoding, buf_str(&in->wide), &in->carry);
        memmove(in->wide.ptr, in->wide.ptr + used, in->wide.len - used);
        in->wide.len -= used;
        if (st == ETL_END && in->wide.len != 0) { /* half a unit at the end is damage */
            buf_byte(&in->carry, (char)0xff);
            in->wide.len = 0;
        }
    }
    if (st == ETL_END) {
        in->source_ended = true;
        return ETL_OK;
    }
    return st;
}

void csv_input_drop(struct csv_input *in, size_t len)
{
    in->line += newlines_count(in->carry.ptr, len, in->newline);
    in->offset += encoding_input_bytes(in->encoding, in->carry.ptr, len);
    in->carry.len -= len;
    memmove(in->carry.ptr, in->carry.ptr + len, in->carry.len);
}

/* ---- opening: BOM and line ends ---- */

static void see_bom(struct csv_input *in, enum encoding given, struct csv_form *form)
{
    static const struct {
        const char   *bytes;
        size_t        len;
        enum encoding encoding;
    } boms[] = { { "\xef\xbb\xbf", 3, ENCODING_UTF8 },
                 { "\xff\xfe", 2, ENCODING_UTF16LE },
                 { "\xfe\xff", 2, ENCODING_UTF16BE } };

    form->encoding = given == ENCODING_AUTO ? ENCODING_UTF8 : given;
    for (size_t i = 0; i < sizeof boms / sizeof boms[0]; i++)
        if (in->carry.len >= boms[i].len && memcmp(in->carry.ptr, boms[i].bytes, boms[i].len) == 0) {
            form->has_bom = true;
            form->encoding = boms[i].encoding;
            in->offset = boms[i].len;
            in->carry.len -= boms[i].len;
            memmove(in->carry.ptr, in->carry.ptr + boms[i].len, in->carry.len);
            return;
        }
}

/* All lines end as the first one does. A lone CR in a file of LF lines is text, and line ends in quotes do not count.
 * false: more bytes are needed to decide. */
static bool see_line_ends(struct csv_input *in, const struct csv_dialect *d, struct csv_form *form)
{
    const char *p = in->carry.ptr, *end = p + in->carry.len, *cr = NULL;
    bool        in_quotes = false, at_start = true;

    for (; p < end; p++) {
        if (in_quotes) {
            in_quotes = *p != d->quote;
            at_start = !in_quotes; /* a doubled quote opens it again */
        } else if (*p == '\n') {
            form->line_end = p > in->carry.ptr && p[-1] == '\r' ? LINE_CRLF : LINE_LF;
            return true;
        } else {
            if (*p == '\r' && cr == NULL)
                cr = p;
            in_quotes = at_start && d->quote != 0 && *p == d->quote;
            at_start = *p == d->delimiter || *p == '\r';
        }
    }
    if (!in->source_ended && in->carry.len < CSV_BLOCK_BYTES)
        return false;
    if (cr != NULL) {
        form->line_end = LINE_CR;
        in->newline = '\r';
    }
    return true;
}

enum etl_status csv_input_open(struct csv_input *in, enum encoding given, struct csv_dialect *d, struct csv_form *form,
                               struct err *err)
{
    enum etl_status st = ETL_OK;
    size_t          got;

    if (!buf_reserve(&in->carry, CSV_BLOCK_BYTES + CSV_PADDING))
        return err_set(err, ETL_UNREAD, "record-long", "%s is full", in->carry.what);
    while (in->carry.len < 4 && st == ETL_OK) {
        st = source_read(in->source, in->carry.ptr + in->carry.len, CSV_BLOCK_BYTES - in->carry.len, &got, err);
        if (st == ETL_OK)
            in->carry.len += got;
    }
    if (st != ETL_OK && st != ETL_END)
        return st;
    see_bom(in, given, form);
    in->encoding = form->encoding;
    if (encoding_is_wide(in->encoding)) {
        buf_add(&in->wide, buf_str(&in->carry));
        buf_reset(&in->carry);
    }
    do {
        st = csv_input_more(in, CSV_BLOCK_BYTES, err);
    } while (st == ETL_OK && !see_line_ends(in, d, form));
    d->newline = in->newline;
    return st;
}
