/* etl/pull/normalize.h - a report's records become rows of its normalized table.
 *
 * Fields go to the columns that the report names, words and dates to the table's own; fields that no column takes are kept as
 * extras, x_ and their name. What a type cannot hold stays as it came, and is counted.
 *
 * Lifetime  a normalizer lives in the arena it was made in; a row until the caller resets row_mem.
 * Threads   one normalizer, one thread. */
#ifndef ETL_PULL_NORMALIZE_H
#define ETL_PULL_NORMALIZE_H

#include "formats/tables.h"
#include "providers/replies/reply.h"

struct normalizer;
/* All faults of the report at once: tables and columns that do not exist, forms that are none. */
struct normalizer  *normalizer_new(const struct tables *tables, const struct report *report, struct arena *mem,
                                   struct findings *faults);
const struct table *normalizer_table(const struct normalizer *n);
/* Does the report say anything of this column? */
bool normalizer_fills(const struct normalizer *n, size_t column);

struct question {                    /* what the record answers */
    const struct value      *values; /* by report->command's parameters */
    const struct pair_value *row;    /* "row.customer_id": of the row it was asked for */
    size_t                   row_count;
};
struct normal_row {
    struct str              *cells;  /* by the table's columns; STR_NONE: not said */
    const struct pair_value *extras; /* "x_pin": value */
    size_t                   extra_count;
};
/* ETL_REJECT: the record has not what the report documents. */
enum etl_status normalizer_record(struct normalizer *n, const struct reply_record *record,
                                  const struct question *question, struct arena *row_mem, struct normal_row *out,
                                  struct err *err);
/* Values that stayed as they came although their type is written otherwise; the first of them, for a message ("" : none). */
uint64_t normalizer_odd(const struct normalizer *n, char first[160]);
/* Where secrets stand in the answers (scrub.h), by the report's own names. */
const struct str *normalizer_secrets(const struct normalizer *n, size_t *count);

#endif
