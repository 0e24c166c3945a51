/* etl/language/parse.h - from text to a tree: `First | trim`, `Status|lower in ['active']`, "{{ a }} text {{ b }}".
 *
 * Binding  tightest first: field, literal, ( ); |; comparison and in; not; and; or.
 * Limits   64 levels of nesting; 256 steps in a row.
 * Errors   the first fault of a text is reported at its place; the result is NULL then. */
#ifndef ETL_LANGUAGE_PARSE_H
#define ETL_LANGUAGE_PARSE_H

#include "etl/language/expression.h"
#include "etl/language/expression_place.h"

struct node *expression_parse(const struct expression_place *place, struct str text);
struct node *template_parse(const struct expression_place *place, struct str text);

#endif
