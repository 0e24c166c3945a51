/* etl/pull/answer_records.h - the records of an answer to a report, piece by piece: through rows.h, or a line, or the whole of it.
 *
 * Memory  one record, whatever the answer's length. Threads: one reader, one thread. */
#ifndef ETL_PULL_ANSWER_RECORDS_H
#define ETL_PULL_ANSWER_RECORDS_H

#include "etl/pull/normalize.h"
#include "etl/pull/request_journal.h"
#include "providers/replies/rows.h"
#include "providers/replies/scrub.h"

struct answer_kind {                /* what all answers of a report share */
    const char             *folder; /* of the raw answers */
    const struct report    *report;
    const struct wire      *wire;
    struct normalizer      *normalizer;
    struct scrub_how        how;
    struct request_journal *questions;
};
enum scrub_form answer_form(const struct answer_kind *k);
struct scrub   *answer_scrub(const struct answer_kind *k, const struct scrub_how *how);
/* The records of what lies in the work folder, piece by piece: through rows.h, or lines, or the whole. */
struct answer_records;
struct answer_records *answer_records_new(const struct answer_kind *k, const struct rows_sink *sink);
enum etl_status        answer_records_feed(struct answer_records *r, struct str bytes, struct err *err);
enum etl_status        answer_records_end(struct answer_records *r, struct rows_end *out, struct err *err);
void                   answer_records_free(struct answer_records *r);

#endif
