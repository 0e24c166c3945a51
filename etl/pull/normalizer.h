/* etl/pull/normalizer.h - turns a report's records into rows of its normalized table.
 *
 * A field goes to the column that the report names; the provider's words and dates become the table's. A field that no column takes is kept
 * as an extra, named x_ and its name. A value that does not have the form of its column's type stays as it came and is counted.
 *
 * Lifetime  a normalizer lives in the arena it was made in; a row until the caller resets row_mem.
 * Threads   one normalizer, one thread. */
#ifndef ETL_PULL_NORMALIZER_H
#define ETL_PULL_NORMALIZER_H

#include "etl/pull/report_request.h"
#include "formats/tables.h"
#include "providers/replies/reply.h"

struct normalizer;
/* All faults of the report at once: a table or column that does not exist, a date form that is wrong. NULL: there were faults. */
struct normalizer  *normalizer_new(const struct tables *tables, const struct report *report, struct arena *mem,
                                   struct findings *faults);
const struct table *normalizer_table(const struct normalizer *n);
/* Does the report say anything of this column? */
bool normalizer_fills(const struct normalizer *n, size_t column);

struct normal_row {
    struct str              *cells;  /* by the table's columns; STR_NONE: not said */
    const struct pair_value *extras; /* "x_pin": value */
    size_t                   extra_count;
};
/* ETL_REJECT: the record has none of the documented fields. */
enum etl_status normalizer_record(struct normalizer *n, const struct reply_record *record,
                                  const struct report_request *request, struct arena *row_mem, struct normal_row *out,
                                  struct err *err);
/* How many values do not have the form of their column's type; the first of them, for a message ("": none). */
uint64_t normalizer_odd(const struct normalizer *n, char first[160]);
/* The report's own names of the fields that hold secrets, for redactor.h. */
const struct str *normalizer_secrets(const struct normalizer *n, size_t *count);

#endif
