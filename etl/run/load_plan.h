/* etl/run/load_plan.h - loads a plan into its ledger: each of its calls, all of them or none.
 *
 * Memory  one line at a time. Errors  those of plan_reader.h, plan_record.h and ledger.h; the ledger stays empty then. */
#ifndef ETL_RUN_LOAD_PLAN_H
#define ETL_RUN_LOAD_PLAN_H

#include "etl/ledger/ledger.h"
#include "etl/run/plan_head.h"

/* The reader stands behind the first line, which is the head. */
enum etl_status load_plan(struct ledger *l, struct plan_reader *reader, const struct plan_head *head, struct err *err);

#endif
