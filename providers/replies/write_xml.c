/* providers/replies/write_xml.c - rows as flat XML: one element a record, one a field. The fields serve trees in XML, too. */
#include "providers/replies/write_xml.h"

enum { CELL_MAX = 16 << 20 };

/* XML 1.0, 2.2 and 2.4: escapes what may not stand raw, and drops control characters unless they are the damage that was asked for. */
void write_xml_text(const struct written_report *r, struct buf *out, struct str text)
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
        else if (c >= ' ' || c == '\n' || c == '\t' || r->rot == ROT_CONTROL)
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

static void xml_field(const struct written_report *r, struct buf *out, struct str name, struct str value)
{
    AUTO(buf_release) struct buf scratch;

    buf_init(&scratch, CELL_MAX, "a cell");
    if (!xml_name(name))
        return;
    buf_fmt(out, "<%.*s>", STR_ARG(name));
    write_xml_text(r, out, written_rotten(r, value, &scratch));
    buf_fmt(out, "</%.*s>", STR_ARG(name));
}

/* "categories.service" is written as <categories><service>; neighbouring columns with one outer name share the outer element. */
void write_xml_fields(const struct written_report *r, const struct written_row *row, struct buf *out)
{
    const struct report *report = r->report;
    struct str           open = STR_NONE;

    for (size_t i = 0; i < report->column_count; i++) {
        struct str outer, inner = str_cut(report->columns[i].field, '.', &outer);

        if (written_is_repeated(report, i) || written_is_key(r, report->columns[i].field))
            continue;
        if (open.ptr != NULL && (inner.ptr == NULL || !str_eq(open, outer))) {
            buf_fmt(out, "</%.*s>", STR_ARG(open));
            open = STR_NONE;
        }
        if (inner.ptr != NULL && open.ptr == NULL) {
            buf_fmt(out, "<%.*s>", STR_ARG(outer));
            open = outer;
        }
        xml_field(r, out, inner.ptr != NULL ? inner : outer, row->cell(row, i));
    }
    if (open.ptr != NULL)
        buf_fmt(out, "</%.*s>", STR_ARG(open));
}

static void xml_begin(const struct written_report *r, struct buf *out)
{
    if (r->rot != ROT_ROOTS)
        buf_fmt(out, "<%.*slist>\n", STR_ARG(r->report->record));
}

static void xml_row(const struct written_report *r, const struct written_row *row, const struct written_row *previous,
                    struct buf *out)
{
    (void)previous;
    buf_fmt(out, "<%.*s>", STR_ARG(r->report->record));
    write_xml_fields(r, row, out);
    buf_fmt(out, "</%.*s>\n", STR_ARG(r->report->record));
}

static void xml_end(const struct written_report *r, const struct written_row *last, struct buf *out)
{
    (void)last;
    if (r->rot != ROT_ROOTS)
        buf_fmt(out, "</%.*slist>\n", STR_ARG(r->report->record));
}

const struct reply_writer write_xml = { xml_begin, xml_row, xml_end };
