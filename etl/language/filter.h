/* etl/language/filter.h - what stands behind a | in a mapping: one table row each.
 *
 * A filter is given a text that is not empty (an empty value passes through, a clear one too), unless it says
 * takes_empty. It may yield a slice of what it got or new bytes from the record's arena.
 *
 * Threads  filters are pure, but for `valid`, which asks the parameter's rules. */
#ifndef ETL_LANGUAGE_FILTER_H
#define ETL_LANGUAGE_FILTER_H

#include "etl/language/expression.h"

enum filter_arg {
    ARG_NONE,
    ARG_TEXT,
    ARG_NUMBER /* a whole number, written out */,
    ARG_PATTERN,
    ARG_LOOKUP,
    ARG_DATE,
    ARG_VALUE
};

struct filter {
    const char     *name;
    const char     *form; /* "first(n)", for messages and help */
    const char     *summary;
    enum filter_arg args[2];
    size_t          least, most; /* arguments */
    bool            takes_empty, impure;
    /* `v` is changed in place; args by their evaluated values. false: the record is a reject. */
    bool (*run)(struct eval *e, const struct node *n, struct value *v, const struct value *args);
    /* Further checks of written-out arguments at load; NULL: none. Says what is wrong, or NULL. */
    const char *(*check)(const struct node *n);
    bool takes_list; /* else a list is a fault */
};
extern const struct filter filters[]; /* NULL name ends it */
const struct filter       *filter_named(struct str name);

/* filter_text.c */
bool filter_trim(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_squeeze(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_lower(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_upper(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_title(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_ascii(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_alnum(struct eval *, const struct node *, struct value *, const struct value *);
/* filter_date.c */
bool filter_date(struct eval *, const struct node *, struct value *, const struct value *);
bool filter_plus_days(struct eval *, const struct node *, struct value *, const struct value *);
/* filter_number.c */
bool filter_number(struct eval *, const struct node *, struct value *, const struct value *);
/* Compares two decimal numbers or two ISO dates: -1, 0, 1 in *order; false when they are neither. */
bool compare_ordered(struct str a, struct str b, int *order);

#endif
