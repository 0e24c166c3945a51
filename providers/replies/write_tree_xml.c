/* providers/replies/write_tree_xml.c - rows as a tree in XML, or in XML within SOAP; their ways as in write_json.c. */
#include "providers/replies/reply.h"
#include "providers/replies/write_xml.h"

/* What the wire puts around an answer: the text before {answer}, or the text behind it. */
static void add_around(const struct written_report *r, bool behind, struct buf *out)
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

/* The first step that is written: the envelope may stand for those before it. */
static size_t first_step(const struct written_report *r)
{
    return r->command->reply->styles[r->wire->index]->envelope_steps;
}

/* How many steps are written once, around all rows: those before the first key and before the records' own name. */
static size_t fixed_steps(const struct written_report *r)
{
    const struct path *p = written_way(r);
    size_t             key = written_first_key(p);

    return key < p->count || key == 0 ? key : key - 1;
}

static void tag(struct buf *out, const char *how, struct str name)
{
    buf_fmt(out, "<%s%.*s>", how, STR_ARG(name));
}

static void tree_begin(const struct written_report *r, struct buf *out)
{
    add_around(r, false, out);
    for (size_t i = first_step(r); i < fixed_steps(r); i++)
        tag(out, "", written_way(r)->steps[i].name);
}

static void close_way(const struct written_report *r, const struct written_row *row, size_t down_to, struct buf *out)
{
    for (size_t i = written_way(r)->count - 1; i > down_to; i--)
        tag(out, "/", written_step(r, row, i - 1));
}

static void tree_row(const struct written_report *r, const struct written_row *row, const struct written_row *previous,
                     struct buf *out)
{
    size_t     count = written_way(r)->count, from;
    bool       is_result = count == first_step(r) && count != 0; /* the envelope's result is the record itself */
    struct str name = count != 0 ? written_step(r, row, count - 1) : STR("record");

    if (count > 1) {
        from = written_first_other(r, row, previous, fixed_steps(r));
        if (previous != NULL)
            close_way(r, previous, from, out);
        for (size_t i = from; i + 1 < count; i++)
            tag(out, "", written_step(r, row, i));
    }
    if (!is_result)
        tag(out, "", name);
    if (written_is_leaf(r))
        write_xml_text(r, out, written_cell(r, row, STR("value")));
    else
        write_xml_fields(r, row, out);
    if (!is_result)
        tag(out, "/", name);
    buf_byte(out, '\n');
}

static void tree_end(const struct written_report *r, const struct written_row *last, struct buf *out)
{
    size_t fixed = fixed_steps(r);

    if (last != NULL && written_way(r)->count > 1)
        close_way(r, last, fixed, out);
    for (size_t i = fixed; i > first_step(r); i--)
        tag(out, "/", written_way(r)->steps[i - 1].name);
    add_around(r, true, out);
}

const struct reply_writer write_tree_xml = { tree_begin, tree_row, tree_end };
