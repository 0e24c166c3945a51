/* etl/run/plan_calls.h - all calls of a plan in its order, each with its id and its state.
 *
 * Reads plan.jsonl, whose blocks are verified on the way, beside the ledger's calls in the plan's order. Without a ledger all are pending.
 *
 * Lifetime  what a planned_call points to is good until the next one. Memory: one record. Errors: those of plan_reader.h and ledger.h. */
#ifndef ETL_RUN_PLAN_CALLS_H
#define ETL_RUN_PLAN_CALLS_H

#include "etl/ledger/ledger.h"
#include "etl/run/plan_call.h"
#include "etl/run/run_facts.h"

struct planned_call {
    const struct plan_record *record;
    const struct plan_call   *call;
    char                      id[CALL_ID_DIGITS + 1];
    enum call_state           state;
};
struct plan_calls_wanted {
    const struct run_folder *run;
    const struct run_facts  *facts;  /* checked: run_facts_check() */
    struct ledger           *ledger; /* or NULL */
    struct str               key;    /* a lane, or a record's place; ptr NULL: all */
    int                      state;  /* of enum call_state; -1: any */
};
/* ETL_OK when visit() said so to the last; else what it said. */
enum etl_status plan_calls_each(const struct plan_calls_wanted *w,
                                enum etl_status (*visit)(void *context, const struct planned_call *call), void *context,
                                struct err *err);

#endif
