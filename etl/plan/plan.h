/* etl/plan/plan.h - makes a plan: extracts and a mapping become a run folder. Touches no network.
 *
 * Threads  plan_make() runs as many as asked; the same input gives the same bytes whatever their number.
 * Errors   ETL_OK; ETL_REJECT with rejects; ETL_FAIL, ETL_UNREAD, ETL_GUARD, ETL_AGAIN, after which there is no plan.jsonl. */
#ifndef ETL_PLAN_PLAN_H
#define ETL_PLAN_PLAN_H

#include "etl/plan/plan_counts.h"
#include "etl/plan/plan_options.h"

/* The summary for programs is what summary.json says; `summary` gets its text. */
enum etl_status plan_make(const struct plan_options *options, struct arena *mem, struct plan_counts *counts,
                          struct buf *summary, struct findings *faults);

#endif
