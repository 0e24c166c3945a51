/* providers/replies/reply_writer.c - what the writers share: rotten texts, and a row's way through a tree. */
#include "providers/replies/reply_writer.h"

#include "etl/core/utf8.h"

/* Latin-1 has the first 256 code points, a byte each. */
static void latin1(struct buf *out, struct str text)
{
    while (text.len != 0) {
        uint32_t c = utf8_next(&text);

        buf_byte(out, c < 256 ? (char)c : '?');
    }
}

/* Prose or a word. Numbers, dates, logins and passwords stay intact, since tests look for subscribers by them. */
static bool is_wording(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] | 0x20) < 'a' || (text.ptr[i] | 0x20) > 'z')
            return memchr(text.ptr, ' ', text.len) != NULL;
    return true;
}

struct str written_rotten(const struct written_report *r, struct str text, struct buf *scratch)
{
    if (r->rot == ROT_LATIN1 && !utf8_is_ascii(text)) {
        latin1(scratch, text);
        return buf_str(scratch);
    }
    if (r->rot == ROT_CONTROL && text.len > 1 && is_wording(text)) {
        buf_byte(scratch, text.ptr[0]);
        buf_byte(scratch, '\v');
        buf_add(scratch, str_skip(text, 1));
        return buf_str(scratch);
    }
    return text;
}

bool written_is_repeated(const struct report *report, size_t column)
{
    for (size_t i = 0; i < column; i++)
        if (str_eq(report->columns[i].column, report->columns[column].column))
            return true;
    return false;
}

const struct path *written_way(const struct written_report *r)
{
    static const struct path none = { NULL, 0 };

    return r->command->record_path_count != 0 ? &r->command->records[0] : &none;
}

size_t written_first_key(const struct path *p)
{
    size_t i = 0;

    while (i < p->count && p->steps[i].name.ptr != NULL)
        i++;
    return i;
}

bool written_is_key(const struct written_report *r, struct str field)
{
    const struct path *p = written_way(r);

    for (size_t i = 0; i < p->count; i++)
        if (p->steps[i].name.ptr == NULL && str_eq(p->steps[i].field, field))
            return true;
    return false;
}

struct str written_cell(const struct written_report *r, const struct written_row *row, struct str field)
{
    for (size_t i = 0; i < r->report->column_count; i++)
        if (str_eq(r->report->columns[i].field, field))
            return row->cell(row, i);
    return STR("0");
}

struct str written_step(const struct written_report *r, const struct written_row *row, size_t step)
{
    const struct path_step *s = &written_way(r)->steps[step];

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a report that is written as a tree has a way to its records */
    return s->name.ptr != NULL ? s->name : written_cell(r, row, s->field);
}

size_t written_first_other(const struct written_report *r, const struct written_row *row,
                           const struct written_row *previous, size_t from)
{
    size_t last = written_way(r)->count - 1;

    if (previous == NULL)
        return from;
    while (from < last && str_eq(written_step(r, row, from), written_step(r, previous, from)))
        from++;
    return from;
}

bool written_is_leaf(const struct written_report *r)
{
    size_t fields = 0;

    for (size_t i = 0; i < r->report->column_count; i++)
        if (!written_is_key(r, r->report->columns[i].field)) {
            fields++;
            if (!str_is(r->report->columns[i].field, "value"))
                return false;
        }
    return fields == 1;
}

int written_order(const struct written_report *r, const struct written_row *a, const struct written_row *b)
{
    size_t count = written_way(r)->count;

    for (size_t i = written_first_key(written_way(r)); i + 1 < count; i++) {
        int order = str_cmp(written_step(r, a, i), written_step(r, b, i));

        if (order != 0)
            return order;
    }
    return 0;
}

bool written_is_ordered(const struct written_report *r)
{
    return written_first_key(written_way(r)) + 1 < written_way(r)->count;
}
