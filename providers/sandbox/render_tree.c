/* providers/sandbox/render_tree.c - rows in a tree: the command's first path to its records, as JSON, as XML, or as XML within SOAP.
 *
 * Names of the path that are fixed ahead of its first {key} stand around all rows. From there on each row has a way of its own, of which only
 * what differs from the row before is closed and opened again. */
#include "etl/core/arena.h"
#include "providers/sandbox/render_private.h"

static const struct path *way(const struct render *r)
{
    static const struct path none = { NULL, 0 };

    return r->command->record_path_count != 0 ? &r->command->records[0] : &none;
}

/* The first step that is a {key}; the path's length when there is none. */
static size_t first_key(const struct path *p)
{
    size_t i = 0;

    while (i < p->count && p->steps[i].name.ptr != NULL)
        i++;
    return i;
}

bool render_is_key(const struct render *r, struct str field)
{
    const struct path *p = way(r);

    for (size_t i = 0; i < p->count; i++)
        if (p->steps[i].name.ptr == NULL && str_eq(p->steps[i].field, field))
            return true;
    return false;
}

static struct str cell_of(const struct render *r, const struct state_table *t, const struct state_row *row,
                          struct str field)
{
    for (size_t i = 0; i < r->report->column_count; i++)
        if (str_eq(r->report->columns[i].field, field))
            return render_cell(r->report, t, row, i);
    return STR("0");
}

/* What a step of the way is called for this row. */
static struct str step_name(const struct render *r, const struct state_table *t, const struct state_row *row,
                            size_t step)
{
    const struct path_step *s = &way(r)->steps[step];

    return s->name.ptr != NULL ? s->name : cell_of(r, t, row, s->field);
}

/* The first step, from `from` on, that is called otherwise than for the row before. The last one never counts as the same: it is the row itself. */
static size_t first_other(const struct render *r, const struct state_table *t, const struct state_row *row,
                          const struct state_row *previous, size_t from)
{
    size_t last = way(r)->count - 1;

    if (previous == NULL)
        return from;
    while (from < last && str_eq(step_name(r, t, row, from), step_name(r, t, previous, from)))
        from++;
    return from;
}

/* Is a row nothing but the text at the end of its way? */
static bool is_leaf(const struct render *r)
{
    size_t fields = 0;

    for (size_t i = 0; i < r->report->column_count; i++)
        if (!render_is_key(r, r->report->columns[i].field)) {
            fields++;
            if (!str_is(r->report->columns[i].field, "value"))
                return false;
        }
    return fields == 1;
}

/* ---- bringing together ---- */

struct sorting {
    const struct render      *render;
    const struct state_table *table;
};

static int by_way(const void *a, const void *b, void *context)
{
    const struct sorting *s = context;
    size_t                count = way(s->render)->count;

    for (size_t i = first_key(way(s->render)); i + 1 < count; i++) {
        int order = str_cmp(step_name(s->render, s->table, *(struct state_row *const *)a, i),
                            step_name(s->render, s->table, *(struct state_row *const *)b, i));

        if (order != 0)
            return order;
    }
    return 0;
}

void render_sort(const struct render *r, const struct state_table *t, struct state_row **rows, size_t count)
{
    struct sorting s = { r, t };

    if (first_key(way(r)) + 1 < way(r)->count && count > 1)
        qsort_r(rows, count, sizeof *rows, by_way, &s);
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
    size_t             key = first_key(p);

    for (size_t i = 0; i < key; i++) {
        buf_byte(out, '{');
        buf_json(out, p->steps[i].name);
        buf_byte(out, ':');
    }
    buf_byte(out, key == p->count ? '[' : '{');
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

static void json_fields(const struct render *r, const struct state_table *t, const struct state_row *row,
                        struct buf *out)
{
    struct str open = STR_NONE;
    bool       first = true;

    for (size_t i = 0; i < r->report->column_count; i++) {
        struct str outer, inner = str_cut(r->report->columns[i].field, '.', &outer);

        if (render_is_repeated(r->report, i) || render_is_key(r, r->report->columns[i].field))
            continue;
        if (open.ptr != NULL && (inner.ptr == NULL || !str_eq(open, outer))) {
            buf_byte(out, '}');
            open = STR_NONE;
        }
        if (!first)
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

static void json_way(const struct render *r, const struct state_table *t, const struct state_row *row,
                     const struct state_row *previous, struct buf *out)
{
    size_t count = way(r)->count, from = first_other(r, t, row, previous, first_key(way(r)));

    for (size_t i = from + 1; previous != NULL && i < count; i++)
        buf_byte(out, '}');
    buf_text(out, previous != NULL ? ",\n" : "");
    for (size_t i = from; i < count; i++) {
        buf_json(out, step_name(r, t, row, i));
        buf_text(out, i + 1 < count ? ":{" : ":");
    }
}

static void json_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                     const struct state_row *previous, struct buf *out)
{
    if (first_key(way(r)) < way(r)->count)
        json_way(r, t, row, previous, out);
    else
        buf_text(out, previous != NULL ? ",\n" : "");
    if (is_leaf(r)) {
        json_text(r, cell_of(r, t, row, STR("value")), out);
        return;
    }
    buf_byte(out, '{');
    json_fields(r, t, row, out);
    buf_byte(out, '}');
}

static void json_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out)
{
    size_t count = way(r)->count, key = first_key(way(r));

    (void)t;
    for (size_t i = key + 1; last != NULL && i < count; i++)
        buf_byte(out, '}');
    buf_byte(out, key == count ? ']' : '}');
    for (size_t i = 0; i < key; i++)
        buf_byte(out, '}');
    buf_byte(out, '\n');
}

const struct rendering render_json = { json_begin, json_row, json_end };

/* ---- XML ---- */

/* The text before {answer} in what the wire puts around one, or the text behind it. */
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

/* SOAP's own result stands for the path's first step. */
static size_t first_step(const struct render *r)
{
    return r->command->reply->styles[r->wire->index] == &reply_soap ? 1 : 0;
}

/* Steps that stand around all rows: those ahead of the first key, and of the records' own name. */
static size_t fixed_steps(const struct render *r)
{
    const struct path *p = way(r);
    size_t             key = first_key(p);

    return key < p->count || key == 0 ? key : key - 1;
}

static void tag(struct buf *out, const char *how, struct str name)
{
    buf_fmt(out, "<%s%.*s>", how, STR_ARG(name));
}

static void tree_begin(const struct render *r, struct buf *out)
{
    add_around(r, false, out);
    for (size_t i = first_step(r); i < fixed_steps(r); i++)
        tag(out, "", way(r)->steps[i].name);
}

static void close_way(const struct render *r, const struct state_table *t, const struct state_row *row, size_t down_to,
                      struct buf *out)
{
    for (size_t i = way(r)->count - 1; i > down_to; i--)
        tag(out, "/", step_name(r, t, row, i - 1));
}

static void tree_row(const struct render *r, const struct state_table *t, const struct state_row *row,
                     const struct state_row *previous, struct buf *out)
{
    size_t     count = way(r)->count, from;
    bool       is_result = count == first_step(r) && count != 0; /* SOAP's result is the record itself */
    struct str name = count != 0 ? step_name(r, t, row, count - 1) : STR("record");

    if (count > 1) {
        from = first_other(r, t, row, previous, fixed_steps(r));
        if (previous != NULL)
            close_way(r, t, previous, from, out);
        for (size_t i = from; i + 1 < count; i++)
            tag(out, "", step_name(r, t, row, i));
    }
    if (!is_result)
        tag(out, "", name);
    if (is_leaf(r))
        render_xml_text(r, out, cell_of(r, t, row, STR("value")));
    else
        render_xml_fields(r, t, row, out);
    if (!is_result)
        tag(out, "/", name);
    buf_byte(out, '\n');
}

static void tree_end(const struct render *r, const struct state_table *t, const struct state_row *last, struct buf *out)
{
    size_t fixed = fixed_steps(r);

    if (last != NULL && way(r)->count > 1)
        close_way(r, t, last, fixed, out);
    for (size_t i = fixed; i > first_step(r); i--)
        tag(out, "/", way(r)->steps[i - 1].name);
    add_around(r, true, out);
}

const struct rendering render_tree_xml = { tree_begin, tree_row, tree_end };
