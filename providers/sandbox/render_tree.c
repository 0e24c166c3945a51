/* providers/sandbox/render_tree.c - rows in a tree: the command's first path to its records, as JSON, as XML, or as XML within SOAP. */
#include "etl/base/arena.h"
#include "providers/sandbox/render_private.h"

/* The way to the records: names that stand around all of them, then the name of each (JSON: of their list; {id}: the row's own). */
static const struct path *way(const struct render *r)
{
    static const struct path none = { NULL, 0 };

    return r->command->record_path_count != 0 ? &r->command->records[0] : &none;
}

static const struct path_step *last_step(const struct render *r)
{
    const struct path *p = way(r);

    return p->count != 0 ? &p->steps[p->count - 1] : NULL;
}

static bool is_keyed(const struct render *r)
{
    const struct path_step *last = last_step(r);

    return last != NULL && last->name.ptr == NULL;
}

/* What a {id} of the path stands for in this row. */
static struct str row_key(const struct render *r, const struct state_table *t, const struct state_row *row)
{
    const struct path_step *last = last_step(r);

    for (size_t i = 0; i < r->report->column_count; i++)
        if (str_eq(r->report->columns[i].field, last->field))
            return render_cell(r->report, t, row, i);
    return STR("0");
}

static bool is_key(const struct render *r, size_t column)
{
    return is_keyed(r) && str_eq(r->report->columns[column].field, last_step(r)->field);
}

/* The text before {answer} in what the wire puts around one, and the text behind it. */
static void add_around(const struct render *r, bool behind, struct buf *out)
{
    bool passed = false;

    for (size_t i = 0; i < r->wire->answer.count; i++) {
        const struct text_part *part = &r->wire->answer.parts[i];

        if (part->literal.ptr == NULL && str_is(part->place, "answer"))
            passed = true;
        else if (passed == behind)
            buf_add(out, part->literal.ptr != NULL ? part->literal : r->command->wire);
    }
}

/* ---- JSON ---- */

static void json_text(const struct render *r, struct str text, struct buf *out)
{
    AUTO(buf_release) struct buf scratch;

    buf_init(&scratch, out->max, "a cell");
    text = render_rotten(r, text, &scratch);
    if (r->rot != FAULT_LATIN1 && r->rot != FAULT_CONTROL) {
        buf_json(out, text);
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

static void json_begin(const struct render *r, struct buf *out)
{
    const struct path *p = way(r);

    for (size_t i = 0; i < p->count; i++) {
        buf_byte(out, '{');
        if (p->steps[i].name.ptr == NULL)
            return;
        buf_json(out, p->steps[i].name);
        buf_byte(out, ':');
    }
    buf_byte(out, '[');
}

/* {"$":"958"} where the reply has a text member; names that begin with it are attributes and stand for themselves. */
static void json_field(const struct render *r, struct str name, struct str value, struct buf *out)
{
    struct str member = r->command->reply->text_member;
    bool       wrapped = member.len != 0 && !str_starts(name, member);

    buf_json(out, name);
    buf_byte(out, ':');
    if (wrapped) {
        buf_byte(out, '{');
        buf_json(out, member);
        buf_byte(out, ':');
    }
    json_text(r, value, out);
    if (wrapped)
        buf_byte(out, '}');
}

static void json_fields(const struct render *r, const struct state_table *t, const struct state_row *row, struct buf *out)
{
    struct str open = STR_NONE;
    bool       first = true;

    for (size_t i = 0; i < r->report->column_count; i++) {
        struct str outer, inner = str_cut(r->report->columns[i].field, '.', &outer);

        if (render_is_repeated(r->report, i) || is_key(r, i))
            continue;
        if (open.ptr != NULL && (inner.ptr == NULL || !str_eq(open, outer))) {
            buf_byte(out, '}');
            open = STR_NONE;
        }
        if (!first && !(open.ptr != NULL && out->ptr[out->len - 1] == '{'))
            buf_byte(out, ',');
        if (inner.ptr != NULL && open.ptr == NULL) {
            buf_json(out, outer);
            buf_lit(out, ":{");
            open = outer;
        }
        json_field(r, inner.ptr != NULL ? inner : outer, render_cell(r->report, t, row, i), out);
        first = false;
    }
    if (open.ptr != NULL)
        buf_byte(out, '}');
}

static void json_row(const struct render *r, const struct state_table *t, const struct state_row *row, size_t nth, struct buf *out)
{
    buf_text(out, nth == 0 ? "" : ",\n");
    if (is_keyed(r)) {
        buf_json(out, row_key(r, t, row));
        buf_byte(out, ':');
    }
    buf_byte(out, '{');
    json_fields(r, t, row, out);
    buf_byte(out, '}');
}

static void json_end(const struct render *r, struct buf *out)
{
    buf_text(out, is_keyed(r) ? "" : "]");
    for (size_t i = 0; i < way(r)->count; i++)
        buf_byte(out, '}');
    buf_byte(out, '\n');
}

const struct rendering render_json = { json_begin, json_row, json_end };

/* ---- XML ---- */

/* SOAP's own result stands for the path's first step. */
static size_t first_step(const struct render *r)
{
    return r->command->reply->styles[r->wire->index] == &reply_soap ? 1 : 0;
}

static void tree_begin(const struct render *r, struct buf *out)
{
    const struct path *p = way(r);

    add_around(r, false, out);
    for (size_t i = first_step(r); i + 1 < p->count; i++)
        buf_fmt(out, "<%.*s>", STR_ARG(p->steps[i].name));
}

/* An element's name; a number cannot be one, so providers write <1> all the same. */
static struct str element(const struct render *r, const struct state_table *t, const struct state_row *row)
{
    const struct path_step *last = last_step(r);

    return last == NULL ? STR("record") : last->name.ptr != NULL ? last->name : row_key(r, t, row);
}

static void tree_row(const struct render *r, const struct state_table *t, const struct state_row *row, size_t nth, struct buf *out)
{
    struct str name = element(r, t, row);

    (void)nth;
    buf_fmt(out, "<%.*s>", STR_ARG(name));
    render_xml_fields(r, t, row, is_keyed(r) ? last_step(r)->field : STR_NONE, out);
    buf_fmt(out, "</%.*s>\n", STR_ARG(name));
}

static void tree_end(const struct render *r, struct buf *out)
{
    const struct path *p = way(r);

    for (size_t i = p->count; i > first_step(r) + 1; i--)
        buf_fmt(out, "</%.*s>", STR_ARG(p->steps[i - 2].name));
    add_around(r, true, out);
}

const struct rendering render_tree_xml = { tree_begin, tree_row, tree_end };
