/* providers/sandbox/render.c - tables turned back into what the provider would have said: CSV, flat XML; trees are render_tree.c's. */
#include "providers/sandbox/render_private.h"

#include "etl/core/utf8.h"

enum { CELL_MAX = 16 << 20 };

/* Our value in the provider's word. */
static struct str theirs(const struct report *report, struct str column, struct str ours)
{
    for (size_t i = 0; i < report->value_count; i++)
        if (str_eq(report->values[i].column, column) && str_eq(report->values[i].ours, ours))
            return report->values[i].theirs;
    return ours;
}

struct str render_cell(const struct report *report, const struct state_table *t, const struct state_row *row,
                       size_t column)
{
    struct str name = report->columns[column].column;

    return theirs(report, name, state_cell(t, row, name));
}

/* Latin-1 has the first 256 code points, a byte each. */
static void latin1(struct buf *out, struct str text)
{
    while (text.len != 0) {
        uint32_t c = utf8_next(&text);

        buf_byte(out, c < 256 ? (char)c : '?');
    }
}

/* Prose or a word: not a number, a date, a login or a password, by which somebody is looked for. */
static bool is_wording(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] | 0x20) < 'a' || (text.ptr[i] | 0x20) > 'z')
            return memchr(text.ptr, ' ', text.len) != NULL;
    return true;
}

/* The text as a rotten provider has it; it may live in `scratch`. */
struct str render_rotten(const struct render *r, struct str text, struct buf *scratch)
{
    if (r->rot == FAULT_LATIN1 && !utf8_is_ascii(text)) {
        latin1(scratch, text);
        return buf_str(scratch);
    }
    if (r->rot == FAULT_CONTROL && text.len > 1 && is_wording(text)) {
        buf_byte(scratch, text.ptr[0]);
        buf_byte(scratch, '\v');
        buf_add(scratch, str_skip(text, 1));
        return buf_str(scratch);
    }
    return text;
}

/* XML 1.0, 2.2 and 2.4: what may not stand raw; control characters may not stand at all, unless that is the fault. */
void render_xml_text(const struct render *r, struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c == '&')
            buf_lit(out, "&amp;");
        else if (c == '<')
            buf_lit(out, "&lt;");
        else if (c == '>')
            buf_lit(out, "&gt;");
        else if (c == '\r')
            buf_lit(out, "&#13;");
        else if (c >= ' ' || c == '\n' || c == '\t' || r->rot == FAULT_CONTROL)
            buf_byte(out, (char)c);
    }
}

static bool xml_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return name.len != 0;
}

/* Two fields may name one column, where the document's own spelling is in doubt: the first is written. */
bool render_is_repeated(const struct report *report, size_t column)
{
    for (size_t i = 0; i < column; i++)
        if (str_eq(report->columns[i].column, report->columns[column].column))
            return true;
    return false;
}

static void xml_field(const struct render *r, struct buf *out, struct str name, struct str value)
{
    AUTO(buf_release) struct buf scratch;

    buf_init(&scratch, CELL_MAX, "a cell");
    if (!xml_name(name))
        return;
    buf_fmt(out, "<%.*s>", STR_ARG(name));
    render_xml_text(r, out, render_rotten(r, value, &scratch));
    buf_fmt(out, "</%.*s>", STR_ARG(name));
}

/* "categories.service" stands in an element of its own; neighbours of one outer name share it. */
void render_xml_fields(const struct render *r, const struct state_table *t, const struct state_row *row,
                       struct buf *out)
{
    const struct report *report = r->report;
    struct str           open = STR_NONE;

    for (size_t i = 0; i < report->column_count; i++) {
        struct str outer, inner = str_cut(report->columns[i].field, '.', &outer);

        if (render_is_repeated(report, i) || render_is_key(r, report->columns[i].field))
            continue;
        if (open.ptr != NULL && (inner.ptr == NULL || !str_eq(open, outer))) {
            buf_fmt(out, "</%.*s>", STR_ARG(open));
            open = STR_NONE;
        }
        if (inner.ptr != NULL && open.ptr == NULL) {
            buf_fmt(out, "<%.*s>", STR_ARG(outer));
            open = outer;
        }
        xml_field(r, out, inner.ptr != NULL ? inner : outer, render_cell(report, t, row, i));
    }
    if (open.ptr != NULL)
        buf_fmt(out, "</%.*s>", STR_ARG(open));
}

/* In quotes, doubled inside: as the providers' documents show their reports. */
static void csv_cell(const struct render *r, struct str text, struct buf *out)
{
    AUTO(buf_release) struct buf scratch;

    buf_init(&scratch, CELL_MAX, "a cell");
    text = render_rotten(r, text, &scratch);
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' && r->rot != FAULT_RAW_QUOTES)
            buf_byte(out, '"');
        buf_byte(out, text.ptr[i]);
    }
    buf_byte(out, '"');
}

static void csv_record(const struct render *r, const struct state_table *t, const struct state_row *row,
                       struct buf *out)
{
    for (size_t i = 0; i < r->report->column_count; i++) {
        if (i != 0)
            buf_byte(out, ',');
        csv_cell(r, render_cell(r->report, t, row, i), out);
    }
    buf_byte(out, '\n');
}

static void xml_begin(const struct render *r, struct buf *out)
{
    if (r->rot != FAULT_ROOTS)
        buf_fmt(out, "<%.*slist>\n", STR_ARG(r->report->record));
}

static void xml_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                    const struct state_row *previous, struct buf *out)
{
    (void)previous;
    buf_fmt(out, "<%.*s>", STR_ARG(r->report->record));
    render_xml_fields(r, t, row, out);
    buf_fmt(out, "</%.*s>\n", STR_ARG(r->report->record));
}

static void xml_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out)
{
    (void)t;
    (void)last;
    if (r->rot != FAULT_ROOTS)
        buf_fmt(out, "</%.*slist>\n", STR_ARG(r->report->record));
}

static void csv_begin(const struct render *r, struct buf *out)
{
    (void)r;
    (void)out;
}

static void csv_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                    const struct state_row *previous, struct buf *out)
{
    (void)previous;
    csv_record(r, t, row, out);
}

static void csv_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out)
{
    (void)r;
    (void)t;
    (void)last;
    (void)out;
}

static const struct rendering xml = { xml_begin, xml_row, xml_end }, csv = { csv_begin, csv_row, csv_end };

static const struct rendering *rendering_of(const struct render *r)
{
    const struct reply_style *style = r->command->reply->styles[r->wire->index];

    if (style->tree != NULL)
        return style == &reply_json ? &render_json : &render_tree_xml;
    return style == &reply_xml ? &xml : &csv;
}

void render_begin(const struct render *r, struct buf *out)
{
    rendering_of(r)->begin(r, out);
}

void render_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                const struct state_row *previous, struct buf *out)
{
    rendering_of(r)->row(r, t, row, previous, out);
}

void render_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out)
{
    rendering_of(r)->end(r, t, last, out);
}
