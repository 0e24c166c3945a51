/* etl/run/load_plan.h - loads a plan into its ledger: each line becomes a call, all of them or none.
 *
 * Memory  one line at a time. Errors  those of plan_line.h and ledger.h; the ledger stays empty then. */
#ifndef ETL_RUN_LOAD_PLAN_H
#define ETL_RUN_LOAD_PLAN_H

#include "etl/ledger/ledger.h"

enum etl_status load_plan(struct ledger *l, const char *plan_path, struct err *err);

#endif
