/* etl/language/prepare.c - checks the arguments of filters, compiles patterns and dates, folds constants. */
#include "etl/language/prepare.h"

#include "etl/core/notation/date.h"
#include "etl/language/evaluate.h"
#include "etl/language/expression_place.h"
#include "etl/language/filter.h"
#include "etl/language/lookup.h"

static bool is_constant(const struct node *n)
{
    return n->op == NODE_TEXT || n->op == NODE_FALSE;
}

static bool prepare_number(const struct preparation *p, struct node *n, size_t i)
{
    const struct node *arg = n->args[i + 1];

    if (arg->op == NODE_TEXT && str_to_i64(arg->text, &n->numbers[i]))
        return true;
    expression_fault(p->place, arg->at, "filter-argument", "%s: a whole number is needed here", n->filter->form);
    return false;
}

static bool prepare_pattern(const struct preparation *p, struct node *n, const struct node *arg)
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

static bool prepare_lookup(const struct preparation *p, struct node *n, const struct node *arg)
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

static bool prepare_date(const struct preparation *p, struct node *n, size_t i, const struct date_form **forms)
{
    const struct node *arg = n->args[i + 1];
    const char        *fault = "the form is written here, in quotes: 'MM/DD/YYYY'";

    if (arg->op == NODE_TEXT)
        forms[i] = date_form_new(arg->text, p->place->mem, &fault);
    if (forms[i] == NULL)
        expression_fault(p->place, arg->at, "filter-argument", "%s: %s", n->filter->form, fault);
    return forms[i] != NULL;
}

static bool prepare_arguments(const struct preparation *p, struct node *n)
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

/* A pure filter over literal texts is replaced by its value. If it fails, it stays: it then fails for each record that gets to it, which
 * may be none. */
static void fold(const struct preparation *p, struct node *n)
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

/* Joins neighbouring literals, "@" and "example.net", to one part. */
static void merge_literals(const struct preparation *p, struct node *n)
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

bool expression_prepare(const struct preparation *p, struct node *n)
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
