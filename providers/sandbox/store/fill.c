/* providers/sandbox/store/fill.c - {places} become values. */
#include "providers/sandbox/store/fill.h"

#include "etl/core/notation/json_string.h"

enum { ANSWER_MAX = 16 << 20 };

static struct str value_text(const struct value *v)
{
    switch (v->kind) {
    case VALUE_TEXT:
    case VALUE_LIST: return v->text;
    case VALUE_CLEAR: return STR("");
    case VALUE_ABSENT:
    case VALUE_REF: break;
    }
    return STR_NONE;
}

static struct str place_value(const struct text_part *part, const struct fill *from, struct arena *mem)
{
    if (part->param >= 0 && (part->part != 0 || part->piece != PIECE_WHOLE))
        return from->values != NULL ? text_place(part, &from->values[part->param], mem) : STR_NONE;
    if (part->param >= 0)
        return from->values != NULL ? value_text(&from->values[part->param]) : STR_NONE;
    if (from->row != NULL && str_starts(part->place, STR("row.")))
        return state_cell(from->table, from->row, str_skip(part->place, 4));
    for (size_t i = 0; i < from->extra_count; i++)
        if (str_eq(from->extras[i].name, part->place))
            return from->extras[i].value;
    return STR_NONE;
}

static void add_json(struct buf *out, struct str text)
{
    AUTO(buf_release) struct buf quoted;

    buf_init(&quoted, out->max, out->what);
    json_string_add(&quoted, text);
    buf_add(out, str_skip(str_head(buf_str(&quoted), quoted.len - 1), 1));
}

void fill_xml(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.ptr[i]) {
        case '&': buf_lit(out, "&amp;"); break;
        case '<': buf_lit(out, "&lt;"); break;
        case '>': buf_lit(out, "&gt;"); break;
        case '"': buf_lit(out, "&quot;"); break;
        default: buf_byte(out, text.ptr[i]);
        }
}

static struct str join(const struct text *t, const struct fill *from, bool all, enum fill_as as, struct arena *mem)
{
    AUTO(buf_release) struct buf out;

    buf_init(&out, ANSWER_MAX, "an answer");
    for (size_t i = 0; i < t->count; i++) {
        struct str piece = t->parts[i].literal;
        bool       is_place = piece.ptr == NULL;

        if (is_place)
            piece = place_value(&t->parts[i], from, mem);
        if (piece.ptr == NULL && all)
            return STR_NONE;
        if (is_place && as == FILL_JSON)
            add_json(&out, piece);
        else if (is_place && as == FILL_XML)
            fill_xml(&out, piece);
        else
            buf_add(&out, piece);
    }
    return arena_str(mem, buf_str(&out));
}

struct str fill_or_none(const struct text *t, const struct fill *from, struct arena *mem)
{
    return join(t, from, true, FILL_PLAIN, mem);
}

struct str fill_answer(const struct text *t, const struct fill *from, struct arena *mem)
{
    return join(t, from, false, from->as, mem);
}

size_t fill_pairs(const struct pairs *pairs, const struct fill *from, struct arena *mem, struct pair_value **out)
{
    struct pair_value *filled = ARENA_ARRAY(mem, struct pair_value, pairs->count + 1);
    size_t             count = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        struct str value = fill_or_none(&pairs->items[i].text, from, mem);

        if (value.ptr != NULL)
            filled[count++] = (struct pair_value){ pairs->items[i].name, value };
    }
    *out = filled;
    return count;
}
