/* formats/csv_writer.c - writes CSV: results for people's spreadsheets, rejects for our own reader. */
#include "formats/csv_writer.h"

void csv_write_row(struct buf *out, const struct str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str cell = cells[i];

        if (i != 0)
            buf_byte(out, ',');
        if (cell.len != 0 && strchr("=+-@\t\r", cell.ptr[0]) != NULL && cell.ptr[0] != '\0') {
            /* A spreadsheet would run it as a formula (OWASP, CSV injection). */
            AUTO(buf_release) struct buf defused;

            buf_init(&defused, cell.len + 2, "a cell");
            buf_byte(&defused, '\'');
            buf_add(&defused, cell);
            buf_csv(out, buf_str(&defused));
        } else {
            buf_csv(out, cell);
        }
    }
    buf_byte(out, '\n');
}

static void add_text(struct buf *out, const struct csv_form *form, struct str utf8)
{
    encoding_add(out, form->encoding, utf8);
}

/* Bytes of the input. UTF-16 was transcoded when it was read, so it is transcoded back. */
static void add_raw(struct buf *out, const struct csv_form *form, struct str raw)
{
    if (encoding_is_wide(form->encoding))
        encoding_add(out, form->encoding, raw);
    else
        buf_add(out, raw);
}

static void add_line_end(struct buf *out, const struct csv_form *form)
{
    static const struct str line_ends[] = {
        [LINE_LF] = { "\n", 1 }, [LINE_CRLF] = { "\r\n", 2 }, [LINE_CR] = { "\r", 1 }
    };

    add_text(out, form, line_ends[form->line_end]);
}

static bool needs_quotes(const struct csv_form *form, struct str cell)
{
    for (size_t i = 0; i < cell.len; i++)
        if (cell.ptr[i] == form->delimiter || cell.ptr[i] == '\n' || cell.ptr[i] == '\r' ||
            (cell.ptr[i] == form->quote && form->quote != 0))
            return true;
    return false;
}

static void add_cell(struct buf *out, const struct csv_form *form, struct str cell)
{
    if (!needs_quotes(form, cell)) {
        add_text(out, form, cell);
        return;
    }
    if (form->quote == 0) { /* only our own reasons come here; they cannot be quoted, so delimiters become blanks */
        AUTO(buf_release) struct buf text;

        buf_init(&text, cell.len + 1, "a cell");
        for (size_t i = 0; i < cell.len; i++)
            buf_byte(&text,
                     cell.ptr[i] == form->delimiter || cell.ptr[i] == '\n' || cell.ptr[i] == '\r' ? ' ' : cell.ptr[i]);
        add_text(out, form, buf_str(&text));
        return;
    }
    add_text(out, form, str_of(&form->quote, 1));
    for (size_t i = 0, begin = 0; i <= cell.len; i++)
        if (i == cell.len || cell.ptr[i] == form->quote) {
            add_text(out, form, str_of(cell.ptr + begin, i - begin));
            if (i < cell.len) {
                add_text(out, form, str_of(&form->quote, 1));
                add_text(out, form, str_of(&form->quote, 1));
            }
            begin = i + 1;
        }
    add_text(out, form, str_of(&form->quote, 1));
}

/* Is the last column _errors, because the input is a reject file itself? */
static bool has_reasons(const struct csv_form *form)
{
    struct str head = str_trim(form->header_raw), name = STR("_errors");

    if (head.len != 0 && form->quote != 0 && head.ptr[head.len - 1] == form->quote) {
        head.len--;
        return str_ends(head, name) && head.len > name.len && head.ptr[head.len - name.len - 1] == form->quote;
    }
    return str_ends(head, name) && (head.len == name.len || head.ptr[head.len - name.len - 1] == form->delimiter);
}

void csv_reject_header(struct buf *out, const struct csv_form *form)
{
    if (form->has_bom && form->encoding == ENCODING_UTF8)
        buf_lit(out, "\xef\xbb\xbf");
    else if (form->has_bom && form->encoding == ENCODING_UTF16LE)
        buf_lit(out, "\xff\xfe");
    else if (form->has_bom)
        buf_lit(out, "\xfe\xff");
    if (!form->has_header)
        return;
    add_raw(out, form, form->header_raw);
    if (!has_reasons(form)) {
        add_text(out, form, str_of(&form->delimiter, 1));
        add_text(out, form, STR("_errors"));
    }
    add_line_end(out, form);
}

void csv_reject_row(struct buf *out, const struct csv_form *form, const struct record *record, size_t columns,
                    const struct str *replaced, struct str errors)
{
    struct str delimiter = str_of(&form->delimiter, 1);

    if (replaced == NULL) {
        add_raw(out, form, record->raw);
    } else {
        for (size_t i = 0; i < record->count; i++) {
            if (i != 0)
                add_text(out, form, delimiter);
            add_cell(out, form, replaced[i].ptr != NULL ? replaced[i] : record->cells[i]);
        }
    }
    for (size_t i = record->count; i < columns; i++)
        add_text(out, form, delimiter);
    add_text(out, form, delimiter);
    add_cell(out, form, errors);
    add_line_end(out, form);
}
