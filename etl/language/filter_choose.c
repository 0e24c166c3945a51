/* etl/language/filter_choose.c - filters that choose another value: default, lookup, bool, valid. */
#include "etl/language/evaluate.h"
#include "etl/language/filter.h"
#include "etl/language/lookup.h"

static bool run_default(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    return !value_is_empty(v) || eval_node(e, n->args[1], v);
}

static bool run_lookup(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    const struct lookup *table = n->prepared;
    const struct value  *hit = lookup_find(table, v->text);
    bool                 secret = v->secret;

    FILTER_UNUSED;
    if (hit != NULL) {
        *v = *hit;
        v->secret = v->secret || secret;
        return true;
    }
    if (table->missing == MISSING_REJECT)
        return eval_fail(e, "lookup", "%s is not in lookup %.*s", shown(v->text, secret || table->secret).text,
                         STR_ARG(table->name));
    if (table->missing == MISSING_EMPTY)
        value_give(v, STR(""));
    return true;
}

static bool run_bool(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    static const char *const yes[] = { "true", "yes", "y", "t", "1", "on", "x", NULL };
    static const char *const no[] = { "false", "no", "n", "f", "0", "off", NULL };
    struct str               word = str_trim(v->text);

    for (size_t i = 0; yes[i] != NULL; i++)
        if (str_eq_nocase(word, str_from(yes[i]))) {
            value_give(v, n->count > 1 ? args[0].text : STR("true"));
            return true;
        }
    for (size_t i = 0; no[i] != NULL; i++)
        if (str_eq_nocase(word, str_from(no[i]))) {
            value_give(v, n->count > 2 ? args[1].text : n->count > 1 ? STR("") : FALSE_TEXT);
            return true;
        }
    if (word.len == 0) {
        value_give(v, STR(""));
        return true;
    }
    return eval_fail(e, "bool", "is neither yes nor no: %s (true yes y t 1 on x / false no n f 0 off)",
                     shown(v->text, v->secret).text);
}

static bool run_valid(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    if (e->target != NULL && !e->target->takes(e->target->context, v->text))
        value_give(v, STR(""));
    return true;
}

const struct filter filter_default = {
    .name = "default",
    .form = "default(x)",
    .summary = "x where it is empty",
    .args = { ARG_VALUE },
    .least = 1,
    .most = 1,
    .takes_empty = true,
    .takes_list = true,
    .run = run_default,
};

const struct filter filter_lookup = {
    .name = "lookup",
    .form = "lookup('t')",
    .summary = "its value in lookup t",
    .args = { ARG_LOOKUP },
    .least = 1,
    .most = 1,
    .run = run_lookup,
};

const struct filter filter_bool = {
    .name = "bool",
    .form = "bool(yes, no)",
    .summary = "one of two words, for yes or no in any of its ways",
    .args = { ARG_TEXT, ARG_TEXT },
    .most = 2,
    .run = run_bool,
};

const struct filter filter_valid = {
    .name = "valid",
    .form = "valid",
    .summary = "itself where the parameter's rules take it, else empty",
    .impure = true,
    .run = run_valid,
};
