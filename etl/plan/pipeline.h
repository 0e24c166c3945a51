/* etl/plan/pipeline.h - the way of a record: read → split → keys → number → map → check → encode → accept → write.
 *
 * One input at a time, in the mapping's order. An input is cut into blocks of whole records; a block goes through all
 * stages with one thread. Four stages see the blocks in input order, each behind a turnstile:
 *   read    cuts the next block
 *   number  only where a mapping asks nth, count() or parent.: needs what came before
 *   accept  unique and once_per values, rejected lanes, parents, occurrences; writes rejects
 *   write   plan and findings, with their digests
 * The rest runs on all threads. So output is the same whatever their number.
 *
 * Limits  memory: blocks in work (one a thread), and seen_keys.h's allowance a lane. */
#ifndef ETL_PLAN_PIPELINE_H
#define ETL_PLAN_PIPELINE_H

#include <signal.h>

#include "etl/plan/pipeline_state.h"

extern volatile sig_atomic_t pipeline_stop; /* set by a signal: the run ends with ETL_AGAIN */

/* The first pass over an input whose rows are counted per lane, for count(input). */
enum etl_status pipeline_count(struct pipeline *p, size_t input, struct err *err);
enum etl_status pipeline_run(struct pipeline *p, size_t input, struct err *err);
/* The calls of before: and after:, which belong to no record. */
enum etl_status pipeline_once(struct pipeline *p, bool after, struct plan_counts *counts, struct err *err);

#endif
