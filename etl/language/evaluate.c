/* etl/language/evaluate.c - prepares trees of expressions and evaluates them for a record. */
#include <stdarg.h>

#include "etl/core/list.h"
#include "etl/core/notation/date.h"
#include "etl/core/utf8.h"
#include "etl/language/expression.h"
#include "etl/language/filter.h"
#include "etl/language/lookup.h"

const char false_text[] = "false";

bool eval_fail(struct eval *e, const char *rule, const char *fmt, ...)
{
    va_list args;

    snprintf(e->err.rule, sizeof e->err.rule, "%s", rule);
    va_start(args, fmt);
    vsnprintf(e->err.text, sizeof e->err.text, fmt, args);
    va_end(args);
    return false;
}

char *eval_bytes(struct eval *e, size_t size)
{
    if (size > VALUE_BYTES_MAX) {
        eval_fail(e, "value-length", "the value grows past %d bytes", VALUE_BYTES_MAX);
        return NULL;
    }
    return arena_bytes(e->mem, size + 1);
}

/* ---- evaluating ---- */

static struct value of_bool(bool yes)
{
    return yes ? VALUE_OF(STR("true")) : VALUE_OF(str_of(false_text, sizeof false_text - 1));
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

/* Where one text is wanted, a list is not silently nothing. */
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
    if (slot->failed) /* e->err may tell of another by now */
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

static bool eval_join(struct eval *e, const struct node *n, struct value *out)
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

/* Parts are told by where they stand, so an empty one stays. */
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

static bool eval_list(struct eval *e, const struct node *n, struct value *out)
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

static bool eval_filter(struct eval *e, const struct node *n, struct value *out)
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

static bool eval_logic(struct eval *e, const struct node *n, struct value *out)
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
    case NODE_PASSWORD:
        if (e->target == NULL)
            return eval_fail(e, "password", "password(n) has no parameter to make one for");
        return e->target->password(e->target->context, (size_t)n->numbers[0], out) ||
               eval_fail(e, "password", "no password of %lld characters meets this parameter's rules",
                         (long long)n->numbers[0]);
    case NODE_FILTER: return eval_filter(e, n, out);
    case NODE_JOIN: return eval_join(e, n, out);
    case NODE_LIST: return eval_list(e, n, out);
    case NODE_NAME:
        *out = VALUE_NONE; /* a fault was told at load */
        return true;
    default: return eval_logic(e, n, out);
    }
}

bool eval_condition(struct eval *e, const struct node *n, bool *failed)
{
    struct value v;
    bool         yes;

    /* The commonest conditions without making a value of their answer. */
    if (n->op == NODE_IN || n->op == NODE_EQ || n->op == NODE_NE) {
        *failed = !(n->op == NODE_IN ? eval_in(e, n, &yes) : eval_equal(e, n, &yes));
        return !*failed && yes == (n->op != NODE_NE);
    }
    *failed = !eval_node(e, n, &v);
    return !*failed && !is_no(&v);
}

/* ---- preparing ---- */

static bool is_constant(const struct node *n)
{
    return n->op == NODE_TEXT || n->op == NODE_FALSE;
}

static bool prepare_number(const struct preparing *p, struct node *n, size_t i)
{
    const struct node *arg = n->args[i + 1];

    if (arg->op == NODE_TEXT && str_to_i64(arg->text, &n->numbers[i]))
        return true;
    expression_fault(p->place, arg->at, "filter-argument", "%s: a whole number is needed here", n->filter->form);
    return false;
}

static bool prepare_pattern(const struct preparing *p, struct node *n, const struct node *arg)
{
    struct err      err = { 0 };
    struct pattern *pattern = NULL;

    if (arg->op != NODE_TEXT) {
        expression_fault(p->place, arg->at, "filter-argument", "%s: the regular expression is written here, in quotes",
                         n->filter->form);
        return false;
    }
    if (pattern_new(arg->text, &pattern, &err) != ETL_OK) {
        expression_fault(p->place, arg->at, "filter-argument", "%s: %s", n->filter->form, err.text);
        return false;
    }
    ARENA_PUSH(p->place->mem, *p->patterns, *p->pattern_count, *p->pattern_cap) = pattern;
    n->prepared = pattern;
    return true;
}

static bool prepare_lookup(const struct preparing *p, struct node *n, const struct node *arg)
{
    struct str names[64], hint;
    size_t     count = 0;

    for (size_t i = 0; i < p->lookup_count; i++) {
        if (arg->op == NODE_TEXT && str_eq(p->lookups[i]->name, arg->text)) {
            n->prepared = p->lookups[i];
            return true;
        }
        if (count < 64)
            names[count++] = p->lookups[i]->name;
    }
    if (arg->op != NODE_TEXT) {
        expression_fault(p->place, arg->at, "filter-argument", "the lookup's name stands in quotes: lookup('%.*s')",
                         STR_ARG(arg->text));
        return false;
    }
    hint = did_you_mean(arg->text, names, count, p->place->mem);
    expression_fault(p->place, arg->at, "lookup-unknown", "unknown lookup \"%.*s\"%.*s", STR_ARG(arg->text),
                     STR_ARG(hint));
    return false;
}

static bool prepare_date(const struct preparing *p, struct node *n, size_t i, const struct date_form **forms)
{
    const struct node *arg = n->args[i + 1];
    const char        *fault = "the form is written here, in quotes: 'MM/DD/YYYY'";

    if (arg->op == NODE_TEXT)
        forms[i] = date_form_new(arg->text, p->place->mem, &fault);
    if (forms[i] == NULL)
        expression_fault(p->place, arg->at, "filter-argument", "%s: %s", n->filter->form, fault);
    return forms[i] != NULL;
}

static bool prepare_arguments(const struct preparing *p, struct node *n)
{
    const struct filter     *f = n->filter;
    const struct date_form **forms = NULL;
    const char              *wrong;
    bool                     good = true;

    for (size_t i = 0; i + 1 < n->count; i++) {
        if (f->args[i] == ARG_NUMBER)
            good = prepare_number(p, n, i) && good;
        else if (f->args[i] == ARG_PATTERN)
            good = prepare_pattern(p, n, n->args[i + 1]) && good;
        else if (f->args[i] == ARG_LOOKUP)
            good = prepare_lookup(p, n, n->args[i + 1]) && good;
        else if (f->args[i] == ARG_DATE) {
            if (forms == NULL)
                forms = ARENA_ARRAY(p->place->mem, const struct date_form *, 2);
            good = prepare_date(p, n, i, forms) && good;
        }
    }
    if (forms != NULL)
        n->prepared = forms;
    wrong = good && f->check != NULL ? f->check(n) : NULL;
    if (wrong != NULL)
        expression_fault(p->place, n->args[n->count > 1 ? 1 : 0]->at, "filter-argument", "%s: %s", f->form, wrong);
    return good && wrong == NULL;
}

/* A pure filter over texts that are written out has its value now. What fails now is left to fail for the record. */
static void fold(const struct preparing *p, struct node *n)
{
    struct eval  e = { .mem = p->place->mem };
    struct value v;

    if (n->op == NODE_FILTER && (n->filter->impure || n->filter->args[0] == ARG_PATTERN))
        return;
    if (n->op != NODE_FILTER && n->op != NODE_JOIN)
        return;
    for (size_t i = 0; i < n->count; i++)
        if (!is_constant(n->args[i]))
            return;
    if (!eval_node(&e, n, &v) || (v.kind != VALUE_TEXT && v.kind != VALUE_ABSENT) || v.secret)
        return;
    *n = (struct node){ .op = NODE_TEXT, .at = n->at, .index = -1, .text = v.kind == VALUE_TEXT ? v.text : STR("") };
}

/* "@" "example.net" in a row become one part. */
static void merge_literals(const struct preparing *p, struct node *n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n->count; i++) {
        struct node *part = n->args[i];

        if (kept != 0 && part->op == NODE_TEXT && n->args[kept - 1]->op == NODE_TEXT) {
            struct node *merged = ARENA_NEW(p->place->mem, struct node);

            *merged = *n->args[kept - 1];
            merged->text = arena_fmt(p->place->mem, "%.*s%.*s", STR_ARG(merged->text), STR_ARG(part->text));
            n->args[kept - 1] = merged;
        } else {
            n->args[kept++] = part;
        }
    }
    n->count = kept;
}

bool expression_prepare(const struct preparing *p, struct node *n)
{
    bool good = true;

    for (size_t i = 0; i < n->count; i++)
        good = expression_prepare(p, n->args[i]) && good;
    if (n->op == NODE_FILTER)
        good = prepare_arguments(p, n) && good;
    if (n->op == NODE_PASSWORD && (n->args[0]->op != NODE_TEXT || !str_to_i64(n->args[0]->text, &n->numbers[0]) ||
                                   n->numbers[0] < 4 || n->numbers[0] > 128)) {
        expression_fault(p->place, n->args[0]->at, "filter-argument",
                         "password(n): a length from 4 to 128 is needed here");
        return false;
    }
    if (n->op == NODE_JOIN)
        merge_literals(p, n);
    if (good)
        fold(p, n);
    return good;
}
