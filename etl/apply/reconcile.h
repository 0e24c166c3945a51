/* etl/apply/reconcile.h - what full reports settle: of calls before their first sending, and of those whose answer got lost.
 *
 * A full report answers for all calls of a command at once, so it is read when nothing else is under way: once before the lanes, and once
 * behind them. Decides by readback.h, as call_flow.c does; writes each settlement in a group of its own.
 * Errors  those of the ledger and of the plan. A report that cannot be read leaves its calls uncertain. */
#ifndef ETL_APPLY_RECONCILE_H
#define ETL_APPLY_RECONCILE_H

#include "etl/apply/call_flow.h"
#include "etl/apply/lane_selection.h"

struct reconcile {
    struct flow_shared          *shared;
    const struct lane_selection *selection;
    struct call_flow            *flow;     /* an idle one, to work with */
    uint64_t                    *by_state; /* for the progress line */
    uint64_t                     began_ms; /* wall clock: when this run began */
};
/* Before any lane: reads the reports that calls must be looked for in before their first sending. */
enum etl_status reconcile_read_baselines(struct flow_shared *shared, struct err *err);
/* Behind all lanes: reads each report once and settles what is uncertain. */
enum etl_status reconcile_settle(const struct reconcile *r, struct err *err);

#endif
