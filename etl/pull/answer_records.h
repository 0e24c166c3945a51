/* etl/pull/answer_records.h - the records of an answer, read piece by piece: through rows.h, or a line is a record, or the whole answer.
 *
 * Memory   one record, whatever the answer's length.
 * Threads  one reader, one thread.
 * Errors   ETL_REJECT: the answer cannot be read on; what the sink returns comes back too. */
#ifndef ETL_PULL_ANSWER_RECORDS_H
#define ETL_PULL_ANSWER_RECORDS_H

#include "etl/pull/answer_kind.h"
#include "providers/replies/rows.h"

struct answer_records;
struct answer_records *answer_records_new(const struct answer_kind *k, const struct rows_sink *sink);
enum etl_status        answer_records_feed(struct answer_records *r, struct str bytes, struct err *err);
enum etl_status        answer_records_end(struct answer_records *r, struct rows_end *out, struct err *err);
void                   answer_records_free(struct answer_records *r); /* NULL is fine */

#endif
