/* etl/language/evaluate.h - the value of a tree for one record.
 *
 * Values   a field's value is a slice of the record; bytes are copied only by a filter that changes them.
 * No       false and the empty value. `or` passes over both. A text "false" from a cell counts as no in `when`, `and`, `not`, not in `or`.
 * Threads  a tree may be shared; a struct eval belongs to one thread. */
#ifndef ETL_LANGUAGE_EVALUATE_H
#define ETL_LANGUAGE_EVALUATE_H

#include "etl/language/evaluation.h"
#include "etl/language/expression.h"

/* false: the record is a reject, e->err says why (rule and text). */
bool eval_node(struct eval *e, const struct node *n, struct value *out);
/* The answer of a condition. It is false on failure too; then *failed is set. */
bool eval_condition(struct eval *e, const struct node *n, bool *failed);

#endif
