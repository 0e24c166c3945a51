/* providers/description/template.c - texts with {places}, filled from a call's values. */
#include "providers/description/provider.h"

#include "etl/core/list.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Nothing there is absent: a name of one word has no other words. */
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

bool command_repeat_safe(const struct command *c, const struct value *values)
{
    const struct param *exception;

    if (!c->repeat_safe || !c->repeat_has_exception)
        return c->repeat_safe;
    exception = &c->params[c->repeat_exception.param];
    for (size_t i = 0; exception->is_family && i < c->param_count; i++)
        if (c->params[i].family == exception && values[i].kind != VALUE_ABSENT)
            return false;
    return exception->is_family || !condition_holds(true, false, &c->repeat_exception, values);
}

bool lookup_absence_is_proof(const struct lookup_read *l, const struct value *call_values)
{
    return l->absence_is_proof &&
           condition_holds(l->absence_has_condition, l->absence_unless, &l->absence_condition, call_values);
}

bool condition_holds(bool has_condition, bool unless, const struct together_item *condition, const struct value *values)
{
    const struct value *v;
    struct str          value;

    if (!has_condition)
        return true;
    v = &values[condition->param];
    value = v->kind == VALUE_TEXT ? v->text : v->kind == VALUE_CLEAR ? STR("") : STR_NONE;
    if (condition->value.ptr == NULL)
        return (value.ptr != NULL) != unless;
    return (value.ptr != NULL && str_eq(value, condition->value)) != unless;
}
