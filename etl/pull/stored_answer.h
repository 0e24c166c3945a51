/* etl/pull/stored_answer.h - one answer of a report, stored in the work folder as it streams by: its secrets are taken out and its records
 * are counted on the way; and read back from there.
 *
 * Place     a small answer is appended to raw/<report>.frames, a larger one is a file of its own, raw/<report>.<number>. Except for the
 *           secrets the bytes are those that came.
 * Memory    ANSWER_SMALL bytes per answer in flight.
 * Threads   one owner. */
#ifndef ETL_PULL_STORED_ANSWER_H
#define ETL_PULL_STORED_ANSWER_H

#include "etl/connection/exchange.h"
#include "etl/pull/answer_kind.h"

enum { ANSWER_SMALL = 256 << 10 };
struct stored_answer;
struct stored_answer *stored_answer_new(const struct answer_kind *k);
void                  stored_answer_free(struct stored_answer *a); /* removes what was not settled. NULL is fine */
/* The next answer is to this request: columns that the answer does not have come from it. */
void                          stored_answer_begin(struct stored_answer *a, const struct report_request *request);
const struct exchange_stream *stored_answer_stream(struct stored_answer *a);
/* Gives the answer its place and tells the entry where it lies and what it holds. The entry's texts are good until the next answer. */
enum etl_status stored_answer_settle(struct stored_answer *a, struct journal_entry *out, struct err *err);
bool            stored_answer_proven(const struct stored_answer *a); /* the document itself showed that it is whole */
/* Why the answer could not be stored, such as a full disk. ETL_OK: it was. */
enum etl_status stored_answer_fault(const struct stored_answer *a, struct err *err);

/* The bytes of a settled answer, piece by piece. ETL_FAIL: what lies there is not what was settled. */
enum etl_status stored_answer_read(const struct pull_folder *folder, const struct journal_entry *e,
                                   void (*bytes)(void *context, struct str bytes), void *context, struct err *err);

#endif
