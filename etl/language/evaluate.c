/* etl/language/evaluate.c - evaluates trees of expressions for a record. */
#include "etl/language/evaluate.h"

#include "etl/core/limits.h"
#include "etl/core/notation/list.h"
#include "etl/language/compare.h"
#include "etl/language/filter.h"

/* What needs a frame of its own stays out of eval_node(): most nodes are a column or a text, and need none. */
#define APART __attribute__((noinline))

static struct value of_bool(bool yes)
{
    return yes ? VALUE_OF(STR("true")) : VALUE_OF(FALSE_TEXT);
}

static bool is_false(const struct value *v)
{
    return v->text.ptr == false_text;
}

static bool is_no(const struct value *v)
{
    return value_is_empty(v) || is_false(v) || (v->kind == VALUE_TEXT && str_is(v->text, "false"));
}

static struct str text_of(const struct value *v)
{
    return v->kind == VALUE_TEXT ? v->text : STR("");
}

static inline bool take_cell(const struct record *r, const struct node *n, struct value *out)
{
    size_t column = (size_t)n->index; /* -1 is past any count */

    if (r != NULL && column < r->count && r->cells[column].len != 0)
        *out = (struct value){ VALUE_TEXT, n->secret, r->cells[column] };
    else
        *out = VALUE_NONE;
    return true;
}

static bool take_member(const struct str *cells, const bool *is_list, size_t count, const struct node *n,
                        struct value *out)
{
    size_t column = (size_t)n->index;

    if (cells == NULL || column >= count || cells[column].len == 0)
        *out = VALUE_NONE;
    else
        *out = (struct value){ is_list != NULL && is_list[column] ? VALUE_LIST : VALUE_TEXT, n->secret, cells[column] };
    return true;
}

/* A list where one text is needed is a fault: to take it for an empty text would lose data silently. */
static bool one_text(struct eval *e, const struct value *v)
{
    return v->kind != VALUE_LIST ||
           eval_fail(e, "list",
                     "a list stands where one text is wanted: name an element of it (.0), or join it, join(', ')");
}

static bool eval_text(struct eval *e, const struct node *n, struct value *out)
{
    return eval_node(e, n, out) && one_text(e, out);
}

static bool eval_let(struct eval *e, const struct node *n, struct value *out)
{
    struct let_slot *slot = &e->slots[n->index];

    if (slot->made != e->row_number) {
        slot->made = e->row_number;
        slot->failed = !eval_node(e, e->lets[n->index], &slot->value);
    }
    if (slot->failed) /* e->err may hold another failure by now: evaluate again for its text */
        return eval_node(e, e->lets[n->index], out);
    *out = slot->value;
    return true;
}

static bool eval_u64(struct eval *e, uint64_t number, struct value *out)
{
    char *end = arena_bytes(e->mem, 20) + 20, *at = end;

    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    *out = VALUE_OF(str_of(at, (size_t)(end - at)));
    return true;
}

static APART bool eval_join(struct eval *e, const struct node *n, struct value *out)
{
    struct value  few[8];
    struct value *parts = n->count <= 8 ? few : ARENA_ARRAY(e->mem, struct value, n->count);
    size_t        len = 0, at = 0;
    bool          secret = false;
    char         *bytes;

    for (size_t i = 0; i < n->count; i++) {
        if (n->args[i]->op == NODE_TEXT)
            parts[i] = VALUE_OF(n->args[i]->text);
        else if (!eval_text(e, n->args[i], &parts[i]))
            return false;
        len += text_of(&parts[i]).len;
        secret = secret || parts[i].secret;
    }
    bytes = eval_bytes(e, len);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < n->count; i++) {
        struct str part = text_of(&parts[i]);

        if (part.len != 0)
            memcpy(bytes + at, part.ptr, part.len);
        at += part.len;
    }
    *out = (struct value){ len != 0 ? VALUE_TEXT : VALUE_ABSENT, secret, str_of(bytes, len) };
    return true;
}

/* A list's parts have a meaning by their position, so an empty part is kept. */
static bool add_parts(struct eval *e, const struct node *n, bool *secret)
{
    list_begin(e->list);
    for (size_t i = 0; i < n->count; i++) {
        struct value v = VALUE_NONE;

        if (n->args[i]->op == NODE_LIST ? !add_parts(e, n->args[i], secret) : !eval_text(e, n->args[i], &v))
            return false;
        if (n->args[i]->op != NODE_LIST)
            list_text(e->list, text_of(&v));
        *secret = *secret || v.secret;
    }
    list_end(e->list);
    return true;
}

static APART bool eval_list(struct eval *e, const struct node *n, struct value *out)
{
    bool secret = false;

    buf_reset(e->list);
    if (!add_parts(e, n, &secret))
        return false;
    if (buf_failed(e->list))
        return eval_fail(e, "value-length", "the list grows past %d bytes", VALUE_BYTES_MAX);
    *out = list_is_empty(buf_str(e->list)) ? VALUE_NONE
                                           : (struct value){ VALUE_LIST, secret, arena_str(e->mem, buf_str(e->list)) };
    return true;
}

static APART bool eval_filter(struct eval *e, const struct node *n, struct value *out)
{
    const struct filter *f = n->filter;
    struct value         args[2] = { VALUE_NONE, VALUE_NONE };

    if (!eval_node(e, n->args[0], out) || (!f->takes_list && !one_text(e, out)))
        return false;
    if (out->kind != VALUE_LIST && !f->takes_empty && (out->kind != VALUE_TEXT || out->text.len == 0))
        return true;
    for (size_t i = 1; i < n->count; i++) {
        if (f->args[i - 1] != ARG_TEXT)
            continue; /* prepared, or evaluated by the filter itself */
        if (n->args[i]->op == NODE_TEXT)
            args[i - 1] = VALUE_OF(n->args[i]->text);
        else if (!eval_text(e, n->args[i], &args[i - 1]))
            return false;
        out->secret = out->secret || args[i - 1].secret;
    }
    return f->run(e, n, out, args);
}

static bool eval_equal(struct eval *e, const struct node *n, bool *yes)
{
    struct value a, b;

    if (!eval_text(e, n->args[0], &a) || !eval_text(e, n->args[1], &b))
        return false;
    *yes = str_eq(text_of(&a), text_of(&b));
    return true;
}

static bool eval_order(struct eval *e, const struct node *n, bool *yes)
{
    struct value a, b;
    int          order;

    if (!eval_text(e, n->args[0], &a) || !eval_text(e, n->args[1], &b))
        return false;
    if (!compare_ordered(text_of(&a), text_of(&b), &order))
        return eval_fail(e, "compare",
                         "cannot tell which is more, %s or %s: it needs two decimal numbers or two dates YYYY-MM-DD",
                         shown(text_of(&a), a.secret).text, shown(text_of(&b), b.secret).text);
    *yes = n->op == NODE_LT ? order < 0 : n->op == NODE_LE ? order <= 0 : n->op == NODE_GT ? order > 0 : order >= 0;
    return true;
}

static bool eval_in(struct eval *e, const struct node *n, bool *yes)
{
    struct value subject, item;

    if (!eval_text(e, n->args[0], &subject))
        return false;
    *yes = false;
    for (size_t i = 1; i < n->count && !*yes; i++) {
        if (n->args[i]->op == NODE_TEXT)
            item = VALUE_OF(n->args[i]->text);
        else if (!eval_text(e, n->args[i], &item))
            return false;
        *yes = str_eq(text_of(&subject), text_of(&item));
    }
    return true;
}

static APART bool eval_logic(struct eval *e, const struct node *n, struct value *out)
{
    bool yes = false;

    switch (n->op) {
    case NODE_OR:
        if (!eval_node(e, n->args[0], out))
            return false;
        return (!value_is_empty(out) && !is_false(out)) || eval_node(e, n->args[1], out);
    case NODE_AND:
        if (!eval_node(e, n->args[0], out))
            return false;
        return is_no(out) || eval_node(e, n->args[1], out);
    case NODE_NOT:
        if (!eval_node(e, n->args[0], out))
            return false;
        yes = is_no(out);
        break;
    case NODE_EQ:
    case NODE_NE:
        if (!eval_equal(e, n, &yes))
            return false;
        yes = yes == (n->op == NODE_EQ);
        break;
    case NODE_IN:
        if (!eval_in(e, n, &yes))
            return false;
        break;
    default:
        if (!eval_order(e, n, &yes))
            return false;
    }
    *out = of_bool(yes);
    return true;
}

/* password(n, WORD) */
static APART bool eval_password(struct eval *e, const struct node *n, struct value *out)
{
    struct value word = VALUE_NONE;

    if (e->target == NULL)
        return eval_fail(e, "password", "password(n) has no parameter to make one for");
    if (n->count > 1 && !eval_node(e, n->args[1], &word))
        return false;
    return e->target->password(e->target->context, (size_t)n->numbers[0],
                               value_is_empty(&word) || word.kind == VALUE_CLEAR ? STR("") : word.text, out);
}

bool eval_node(struct eval *e, const struct node *n, struct value *out)
{
    switch (n->op) {
    case NODE_TEXT: *out = n->text.len != 0 ? VALUE_OF(n->text) : VALUE_NONE; return true;
    case NODE_FALSE: *out = of_bool(false); return true;
    case NODE_CLEAR: *out = (struct value){ .kind = VALUE_CLEAR }; return true;
    case NODE_REF: *out = (struct value){ VALUE_REF, false, n->text }; return true;
    case NODE_COLUMN: return take_cell(e->record, n, out);
    case NODE_MEMBER:
        return take_member(e->record != NULL ? e->record->cells : NULL, e->record != NULL ? e->record->is_list : NULL,
                           e->record != NULL ? e->record->count : 0, n, out);
    case NODE_ELEMENT: return take_member(e->element, e->element_is_list, e->element_count, n, out);
    case NODE_PARENT: return take_cell(e->parent, n, out);
    case NODE_LET: return eval_let(e, n, out);
    case NODE_NTH: return eval_u64(e, e->nth, out);
    case NODE_COUNT: return eval_u64(e, e->counts != NULL ? e->counts[n->index] : 0, out);
    case NODE_PASSWORD: return eval_password(e, n, out);
    case NODE_FILTER: return eval_filter(e, n, out);
    case NODE_JOIN: return eval_join(e, n, out);
    case NODE_LIST: return eval_list(e, n, out);
    case NODE_NAME:
        *out = VALUE_NONE; /* its fault was reported at load */
        return true;
    default: return eval_logic(e, n, out);
    }
}

bool eval_condition(struct eval *e, const struct node *n, bool *failed)
{
    struct value v;
    bool         yes;

    /* The most frequent conditions, without the detour over a value "true" or "false". */
    if (n->op == NODE_IN || n->op == NODE_EQ || n->op == NODE_NE) {
        *failed = !(n->op == NODE_IN ? eval_in(e, n, &yes) : eval_equal(e, n, &yes));
        return !*failed && yes == (n->op != NODE_NE);
    }
    *failed = !eval_node(e, n, &v);
    return !*failed && !is_no(&v);
}
