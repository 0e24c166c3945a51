/* etl/pull/stored_answer.h - one answer of a report on its way into the work folder: its secrets taken out, its records counted, all as it streams by.
 *
 * Small answers are appended to RAW/<report>.frames, others are files of their own, RAW/<report>.<number>. What lies there is what came, but
 * for the secrets.
 *
 * Memory    ANSWER_SMALL bytes an answer in flight.
 * Threads   one owner. */
#ifndef ETL_PULL_STORED_ANSWER_H
#define ETL_PULL_STORED_ANSWER_H

#include "etl/connection/exchange.h"
#include "etl/core/system/sha256.h"
#include "etl/pull/answer_records.h"

enum { ANSWER_SMALL = 256 << 10 };
struct answer;
struct answer                *answer_new(const struct answer_kind *k);
void                          answer_free(struct answer *a); /* what was not settled is removed. NULL is fine */
const struct exchange_stream *answer_stream(struct answer *a);
/* The answer gets its place; `out` is told where it lies and what it holds. question: for its columns that the answer does not say. */
void            answer_begin_question(struct answer *a, const struct question *question);
enum etl_status answer_settle(struct answer *a, struct asked *out, struct err *err);
bool            answer_proven(const struct answer *a); /* the document itself said that it is whole */
/* Why it could not be kept: a full disk. ETL_OK: it was. */
enum etl_status answer_fault(const struct answer *a, struct err *err);

#endif
