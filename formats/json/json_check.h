/* formats/json/json_check.h - finds what is wrong with a JSON record's text where yajl is too lenient: wrong UTF-8, \u0000, halves of
 * surrogate pairs, form feeds between values.
 *
 * Private to formats. */
#ifndef FORMATS_JSON_JSON_CHECK_H
#define FORMATS_JSON_JSON_CHECK_H

#include "etl/core/err.h"

/* ETL_REJECT with rule damaged-*: the text is not a record. Brackets, commas and quotes are left to yajl. */
enum etl_status json_check(struct str text, struct err *err);
/* ETL_REJECT with `what` and its place in the record: "…, at its character 9"; in a record of several lines "…, at its line 12, character 9". */
enum etl_status json_damaged(struct err *err, const char *rule, struct str text, size_t at, const char *what);

#endif
