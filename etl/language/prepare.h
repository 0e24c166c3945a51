/* etl/language/prepare.h - makes a tree ready to be evaluated, once its names are resolved.
 *
 * Lifetime  patterns are added to the caller's list, who frees them after the last evaluation; the rest lives in place->mem.
 * Errors    every fault is reported at its place. */
#ifndef ETL_LANGUAGE_PREPARE_H
#define ETL_LANGUAGE_PREPARE_H

#include "etl/core/notation/pattern.h"
#include "etl/language/expression.h"
#include "etl/language/expression_place.h"

struct lookup;

struct preparation {
    const struct expression_place *place;
    const struct lookup *const    *lookups;
    size_t                         lookup_count;
    struct pattern              ***patterns; /* the compiled ones are pushed here */
    size_t                        *pattern_count, *pattern_cap;
};
/* Checks arguments, compiles patterns, folds constants. false after a fault. */
bool expression_prepare(const struct preparation *p, struct node *n);

#endif
