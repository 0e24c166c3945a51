/* providers/model/template.c - texts with {places}, filled from a call's values. */
#include "providers/model/template.h"

#include "etl/core/notation/list.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* An empty piece is absent: a name of one word has no other words. */
static struct str piece_of(enum piece piece, struct str s)
{
    struct str head, tail = str_cut(s, '@', &head);
    size_t     word = 0, next;

    while (word < s.len && !is_blank(s.ptr[word]))
        word++;
    for (next = word; next < s.len && is_blank(s.ptr[next]); next++)
        ;
    switch (piece) {
    case PIECE_WHOLE: return s;
    case PIECE_LOCAL: s = head; break;
    case PIECE_DOMAIN: s = tail; break;
    case PIECE_FIRST_WORD: s = str_head(s, word); break;
    case PIECE_OTHER_WORDS: s = str_skip(s, next); break;
    }
    return s.len != 0 ? s : STR_NONE;
}

struct str text_place(const struct text_part *part, const struct value *v, struct arena *mem)
{
    struct list_reader r;
    struct list_item   item = { .is_list = false };

    if (v->kind == VALUE_TEXT && part->part == 0)
        return piece_of(part->piece, v->text);
    if (v->kind != VALUE_LIST || part->part == 0)
        return v->kind == VALUE_LIST ? v->text : STR_NONE;
    r = list_open(v->text);
    for (unsigned i = 0; i < part->part; i++)
        if (!list_next(&r, mem, &item))
            return STR_NONE;
    return item.text.len != 0 ? item.text : STR_NONE;
}

static struct str place_value(const struct text_part *part, const struct value *params, const struct pair_value *extras,
                              size_t extra_count, struct arena *mem)
{
    if (part->param >= 0 && params != NULL)
        return text_place(part, &params[part->param], mem);
    for (size_t i = 0; i < extra_count; i++)
        if (str_eq(extras[i].name, part->place))
            return extras[i].value;
    return STR_NONE;
}

struct str text_fill(const struct text *t, const struct value *params, const struct pair_value *extras,
                     size_t extra_count, struct arena *mem)
{
    size_t     len = 0, at = 0;
    char      *out;
    struct str only = STR_NONE;

    for (size_t i = 0; i < t->count; i++) {
        only = t->parts[i].literal.ptr != NULL ? t->parts[i].literal
                                               : place_value(&t->parts[i], params, extras, extra_count, mem);
        if (only.ptr == NULL)
            return STR_NONE;
        len += only.len;
    }
    if (t->count <= 1)
        return only;
    out = arena_bytes(mem, len + 1);
    for (size_t i = 0; i < t->count; i++) {
        struct str part = t->parts[i].literal.ptr != NULL ? t->parts[i].literal
                                                          : place_value(&t->parts[i], params, extras, extra_count, mem);

        if (part.len != 0)
            memcpy(out + at, part.ptr, part.len);
        at += part.len;
    }
    out[at] = '\0';
    return str_of(out, len);
}
