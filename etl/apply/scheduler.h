/* etl/apply/scheduler.h - sends the calls of a run: lanes side by side, the calls of a lane one after the other.
 *
 * A call      loaded from the plan → (read before the first sending) → claimed in the ledger → sent → settled in the ledger → the lane's
 *             next one. Claims and settlements of many lanes share a commit. Refused, failed and uncertain stop their lane.
 * Uncertain   is read back in the same run, as readback.h judges; by a full report once, behind all lanes (reconcile.h).
 * Claimed ahead  A call may be claimed before a connection is free only if its absence can be proved later, or if repeating it is harmless.
 *             After a crash every claimed call counts as uncertain. Any other call is claimed when a connection is free.
 * Memory      five lanes per allowed concurrent request, whatever the run's size; one bit a lane where lanes are chosen.
 * Errors      ETL_AGAIN: stopped early (outage, login, disk, signal); every request that was in flight is settled. */
#ifndef ETL_APPLY_SCHEDULER_H
#define ETL_APPLY_SCHEDULER_H

#include "etl/apply/call_flow.h"
#include "etl/apply/lane_selection.h"

struct scheduler {
    /* the caller's */
    struct ledger        *ledger;
    struct flow_shared    shared; /* source, exchanges and resend_uncertain are the caller's */
    struct lane_selection selection;
    void (*progress)(void *context, const uint64_t by_state[CALL_STATES]); /* or NULL */
    void    *progress_context;
    uint64_t by_state[CALL_STATES]; /* for the progress line; results are counted in the ledger */
    /* its own */
    struct call_flow *flows; /* the lanes in work, one call each */
    size_t            flow_count;
    uint64_t          cursor, first_of_lanes;
    uint64_t          phase_last; /* lanes up to this may be taken now */
    bool              exhausted;
    uint64_t          began_ms;
    enum etl_status   stop;
    struct err        stop_err;
};
/* ETL_OK: nothing is left to do, whatever became of the calls. ETL_REJECT: a call of before: did not get done. */
enum etl_status scheduler_run(struct scheduler *s, struct err *err);

#endif
