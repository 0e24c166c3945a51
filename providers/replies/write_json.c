/* providers/replies/write_json.c - rows as a tree in JSON: the command's first path to its records.
 *
 * The path's names before its first {key} are written once, around all rows. After that each row has names of its own; only those that differ
 * from the row before are closed and opened again. */
#include "providers/replies/reply_writer.h"

#include "etl/core/notation/json_string.h"

static void json_text(const struct written_report *r, struct str text, struct buf *out)
{
    AUTO(buf_release) struct buf scratch;

    buf_init(&scratch, out->max, "a cell");
    text = written_rotten(r, text, &scratch);
    if (r->rot != ROT_LATIN1 && r->rot != ROT_CONTROL) {
        json_string_add(out, text);
        return;
    }
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            buf_byte(out, '\\');
        buf_byte(out, text.ptr[i]);
    }
    buf_byte(out, '"');
}

static void json_begin(const struct written_report *r, struct buf *out)
{
    const struct path *p = written_way(r);
    size_t             key = written_first_key(p);

    for (size_t i = 0; i < key; i++) {
        buf_byte(out, '{');
        json_string_add(out, p->steps[i].name);
        buf_byte(out, ':');
    }
    buf_byte(out, key == p->count ? '[' : '{');
}

/* {"$":"958"} if the reply has a text member; a name that begins with it is an attribute and is not wrapped. */
static void json_field(const struct written_report *r, struct str name, struct str value, struct buf *out)
{
    struct str member = r->command->reply->text_member;
    bool       wrapped = member.len != 0 && !str_starts(name, member);

    json_string_add(out, name);
    buf_byte(out, ':');
    if (wrapped) {
        buf_byte(out, '{');
        json_string_add(out, member);
        buf_byte(out, ':');
    }
    json_text(r, value, out);
    if (wrapped)
        buf_byte(out, '}');
}

static void json_fields(const struct written_report *r, const struct written_row *row, struct buf *out)
{
    struct str open = STR_NONE;
    bool       first = true;

    for (size_t i = 0; i < r->report->column_count; i++) {
        struct str outer, inner = str_cut(r->report->columns[i].field, '.', &outer);

        if (written_is_repeated(r->report, i) || written_is_key(r, r->report->columns[i].field))
            continue;
        if (open.ptr != NULL && (inner.ptr == NULL || !str_eq(open, outer))) {
            buf_byte(out, '}');
            open = STR_NONE;
        }
        if (!first)
            buf_byte(out, ',');
        if (inner.ptr != NULL && open.ptr == NULL) {
            json_string_add(out, outer);
            buf_lit(out, ":{");
            open = outer;
        }
        json_field(r, inner.ptr != NULL ? inner : outer, row->cell(row, i), out);
        first = false;
    }
    if (open.ptr != NULL)
        buf_byte(out, '}');
}

static void json_way(const struct written_report *r, const struct written_row *row, const struct written_row *previous,
                     struct buf *out)
{
    size_t count = written_way(r)->count,
           from = written_first_other(r, row, previous, written_first_key(written_way(r)));

    for (size_t i = from + 1; previous != NULL && i < count; i++)
        buf_byte(out, '}');
    buf_text(out, previous != NULL ? ",\n" : "");
    for (size_t i = from; i < count; i++) {
        json_string_add(out, written_step(r, row, i));
        buf_text(out, i + 1 < count ? ":{" : ":");
    }
}

static void json_row(const struct written_report *r, const struct written_row *row, const struct written_row *previous,
                     struct buf *out)
{
    if (written_first_key(written_way(r)) < written_way(r)->count)
        json_way(r, row, previous, out);
    else
        buf_text(out, previous != NULL ? ",\n" : "");
    if (written_is_leaf(r)) {
        json_text(r, written_cell(r, row, STR("value")), out);
        return;
    }
    buf_byte(out, '{');
    json_fields(r, row, out);
    buf_byte(out, '}');
}

static void json_end(const struct written_report *r, const struct written_row *last, struct buf *out)
{
    size_t count = written_way(r)->count, key = written_first_key(written_way(r));

    for (size_t i = key + 1; last != NULL && i < count; i++)
        buf_byte(out, '}');
    buf_byte(out, key == count ? ']' : '}');
    for (size_t i = 0; i < key; i++)
        buf_byte(out, '}');
    buf_byte(out, '\n');
}

const struct reply_writer write_json = { json_begin, json_row, json_end };
