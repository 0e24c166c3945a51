/* etl/language/filter.h - what stands behind a | in an expression: one row a filter.
 *
 * A filter gets a text that is not empty; the empty value and null pass by it, unless the row says takes_empty. It may yield a slice of the
 * text or new bytes from the record's arena (eval_bytes). To add one: its function and its row in a filter_*.c, its name in FILTERS.
 *
 * Threads  filters look at their arguments only, so any number of threads may run them. `valid` is impure: it asks the parameter's rules. */
#ifndef ETL_LANGUAGE_FILTER_H
#define ETL_LANGUAGE_FILTER_H

#include "etl/language/evaluation.h"
#include "etl/language/expression.h"

enum filter_arg {
    ARG_NONE,
    ARG_TEXT,    /* evaluated before the filter runs */
    ARG_NUMBER,  /* a literal whole number, in node->numbers */
    ARG_PATTERN, /* a literal regular expression, in node->prepared */
    ARG_LOOKUP,  /* the literal name of a lookup; the table is in node->prepared */
    ARG_DATE,    /* a literal date form; both are in node->prepared */
    ARG_VALUE    /* evaluated by the filter itself, if it needs it */
};

struct filter {
    const char     *name;
    const char     *form; /* "first(n)", for messages and help */
    const char     *summary;
    enum filter_arg args[2];
    size_t          least, most;             /* number of arguments */
    bool            takes_empty, takes_list; /* a list is a fault unless takes_list */
    bool            impure;                  /* its result depends on more than its arguments: never folded */
    /* Changes `v` in place; `args` are the evaluated ARG_TEXTs. false: the record is a reject, eval_fail() has the reason. */
    bool (*run)(struct eval *e, const struct node *n, struct value *v, const struct value *args);
    /* Checks literal arguments at load: what is wrong with them, or NULL. May be NULL. */
    const char *(*check)(const struct node *n);
};

/* All filters, in the order in which help and messages list them. */
/* By hand: clang-format indents each line of the list deeper than the one before. */
/* clang-format off */
#define FILTERS(X)                                                                                         \
    X(trim) X(squeeze) X(lower) X(upper) X(title) X(digits) X(alnum) X(ascii) X(first) X(last) X(truncate) \
    X(pad) X(replace) X(match) X(extract) X(split) X(join) X(default) X(lookup) X(date) X(plus_days)       \
    X(number) X(bool) X(localpart) X(domain) X(length) X(urlencode) X(unformula) X(contains) X(starts)     \
    X(ends) X(valid)
/* clang-format on */

#define FILTER_DECLARED(name) extern const struct filter filter_##name;
FILTERS(FILTER_DECLARED)
#undef FILTER_DECLARED

#define FILTER_UNUSED (void)e, (void)n, (void)args /* of run()'s parameters a filter seldom needs all */

#endif
