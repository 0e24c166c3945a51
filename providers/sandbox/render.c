/* providers/sandbox/render.c - tables turned back into what the provider would have said. */
#include "providers/sandbox/render.h"

enum { BODY_MAX = 512 << 20 };

/* Our value in the provider's word. */
static struct str theirs(const struct report *report, struct str column, struct str ours)
{
    for (size_t i = 0; i < report->value_count; i++)
        if (str_eq(report->values[i].column, column) && str_eq(report->values[i].ours, ours))
            return report->values[i].theirs;
    return ours;
}

static struct str shown_cell(const struct report *report, const struct state_table *t, const struct state_row *row,
                             size_t column)
{
    struct str name = report->columns[column].column;

    return theirs(report, name, state_cell(t, row, name));
}

/* XML 1.0, 2.2 and 2.4: what may not stand raw; control characters may not stand at all. */
static void xml_text(struct buf *out, struct str text)
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
        else if (c >= ' ' || c == '\n' || c == '\t')
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
static bool is_repeated(const struct report *report, size_t column)
{
    for (size_t i = 0; i < column; i++)
        if (str_eq(report->columns[i].column, report->columns[column].column))
            return true;
    return false;
}

static void xml_field(struct buf *out, struct str name, struct str value)
{
    if (!xml_name(name))
        return;
    buf_fmt(out, "<%.*s>", STR_ARG(name));
    xml_text(out, value);
    buf_fmt(out, "</%.*s>", STR_ARG(name));
}

/* "categories.service" stands in an element of its own; neighbours of one outer name share it. */
static void xml_record(struct buf *out, const struct report *report, const struct state_table *t,
                       const struct state_row *row)
{
    struct str open = STR_NONE;

    buf_fmt(out, "<%.*s>", STR_ARG(report->record));
    for (size_t i = 0; i < report->column_count; i++) {
        struct str outer, inner = str_cut(report->columns[i].field, '.', &outer);

        if (is_repeated(report, i))
            continue;
        if (open.ptr != NULL && (inner.ptr == NULL || !str_eq(open, outer))) {
            buf_fmt(out, "</%.*s>", STR_ARG(open));
            open = STR_NONE;
        }
        if (inner.ptr != NULL && open.ptr == NULL) {
            buf_fmt(out, "<%.*s>", STR_ARG(outer));
            open = outer;
        }
        xml_field(out, inner.ptr != NULL ? inner : outer, shown_cell(report, t, row, i));
    }
    if (open.ptr != NULL)
        buf_fmt(out, "</%.*s>", STR_ARG(open));
    buf_fmt(out, "</%.*s>\n", STR_ARG(report->record));
}

/* Every cell in quotes, doubled inside: as the providers' documents show their reports. */
static void csv_record(struct buf *out, const struct report *report, const struct state_table *t,
                       const struct state_row *row)
{
    for (size_t i = 0; i < report->column_count; i++) {
        struct str value = shown_cell(report, t, row, i);

        buf_text(out, i == 0 ? "\"" : ",\"");
        for (size_t k = 0; k < value.len; k++) {
            if (value.ptr[k] == '"')
                buf_byte(out, '"');
            buf_byte(out, value.ptr[k]);
        }
        buf_byte(out, '"');
    }
    buf_byte(out, '\n');
}

struct str render_rows(const struct report *report, const struct state_table *t, struct state_row *const *rows,
                       size_t count, struct arena *mem)
{
    AUTO(buf_release) struct buf out;
    bool xml = report->record.len != 0;

    buf_init(&out, BODY_MAX, "a report");
    if (xml)
        buf_fmt(&out, "<%.*slist>\n", STR_ARG(report->record));
    for (size_t i = 0; i < count; i++)
        (xml ? xml_record : csv_record)(&out, report, t, rows[i]);
    if (xml)
        buf_fmt(&out, "</%.*slist>\n", STR_ARG(report->record));
    return arena_str(mem, buf_str(&out));
}
