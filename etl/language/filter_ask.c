/* etl/language/filter_ask.c - filters that ask something of a text: contains, starts, ends, length, and by a pattern: match, extract. */
#include "etl/core/utf8.h"
#include "etl/language/filter.h"

static bool give_yes(struct value *v, bool yes)
{
    v->text = yes ? STR("true") : FALSE_TEXT;
    v->kind = VALUE_TEXT;
    return true;
}

static bool run_contains(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    return give_yes(v, str_contains(v->text, args[0].text));
}

static bool run_starts(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    return give_yes(v, str_starts(v->text, args[0].text));
}

static bool run_ends(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    return give_yes(v, str_ends(v->text, args[0].text));
}

static bool run_length(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    FILTER_UNUSED;
    *v = VALUE_OF(arena_fmt(e->mem, "%zu", v->kind == VALUE_TEXT ? utf8_count(v->text) : 0));
    return true;
}

static bool run_pattern(struct eval *e, const struct node *n, struct value *v, const char *name, bool *yes)
{
    switch (pattern_run(n->prepared, v->text, e->match)) {
    case PATTERN_YES: *yes = true; return true;
    case PATTERN_NO: *yes = false; return true;
    case PATTERN_LIMIT: break;
    }
    return eval_fail(e, name, "the regular expression gave up on %s: too many ways to try; make it simpler",
                     shown(v->text, v->secret).text);
}

static bool run_match(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    bool yes = false;

    FILTER_UNUSED;
    if (!run_pattern(e, n, v, "match", &yes))
        return false;
    if (!yes)
        value_give(v, STR(""));
    return true;
}

static bool run_extract(struct eval *e, const struct node *n, struct value *v, const struct value *args)
{
    bool       yes = false;
    struct str group = STR("");

    FILTER_UNUSED;
    if (!run_pattern(e, n, v, "extract", &yes))
        return false;
    if (yes)
        group = pattern_group(e->match, pattern_groups(n->prepared) != 0 ? 1 : 0);
    value_give(v, group.ptr != NULL ? group : STR(""));
    return true;
}

const struct filter filter_match = {
    .name = "match",
    .form = "match(re)",
    .summary = "itself where the regular expression finds something in it, else empty",
    .args = { ARG_PATTERN },
    .least = 1,
    .most = 1,
    .run = run_match,
};

const struct filter filter_extract = {
    .name = "extract",
    .form = "extract(re)",
    .summary = "what group 1 (or the whole expression) found, else empty",
    .args = { ARG_PATTERN },
    .least = 1,
    .most = 1,
    .run = run_extract,
};

const struct filter filter_contains = {
    .name = "contains",
    .form = "contains(x)",
    .summary = "true where x stands in it, else false",
    .args = { ARG_TEXT },
    .least = 1,
    .most = 1,
    .run = run_contains,
};

const struct filter filter_starts = {
    .name = "starts",
    .form = "starts(x)",
    .summary = "true where it begins with x",
    .args = { ARG_TEXT },
    .least = 1,
    .most = 1,
    .run = run_starts,
};

const struct filter filter_ends = {
    .name = "ends",
    .form = "ends(x)",
    .summary = "true where it ends with x",
    .args = { ARG_TEXT },
    .least = 1,
    .most = 1,
    .run = run_ends,
};

const struct filter filter_length = {
    .name = "length",
    .form = "length",
    .summary = "how many characters it has",
    .takes_empty = true,
    .run = run_length,
};
