/* etl/apply/scheduler.h - sends the calls of a run: lanes side by side, the calls of a lane one after the other.
 *
 * A call      loaded from the plan → (read before the first sending) → claimed in the ledger → sent → settled in the ledger → the lane's
 *             next one. Claims and settlements of many lanes share a commit. Refused, failed and uncertain stop their lane.
 * Uncertain   is read back in the same run, as readback.h judges; full reports once, behind all other work.
 * Claimed ahead  is only what can be found not to have happened, or repeated: after a kill a claimed call counts as uncertain, though
 *             it may never have left. Everything else is claimed when it can leave that moment.
 * Memory      five lanes per allowed concurrent request, whatever the run's size; one bit a lane where lanes are chosen.
 * Errors      ETL_AGAIN: stopped early (outage, login, disk, signal), everything in flight is settled. */
#ifndef ETL_APPLY_SCHEDULER_H
#define ETL_APPLY_SCHEDULER_H

#include "etl/apply/call_loader.h"
#include "etl/apply/lane_selection.h"
#include "etl/connection/exchange.h"

struct call_flow;
struct full_report;
struct scheduler {
    /* the caller's */
    struct ledger        *ledger;
    struct call_source    source;
    struct exchanges     *exchanges;
    struct lane_selection choice;
    bool                  resend_uncertain;
    void (*progress)(void *context, const uint64_t by_state[CALL_STATES]); /* or NULL */
    void    *progress_context;
    uint64_t by_state[CALL_STATES]; /* for the progress line; results are counted in the ledger */
    /* its own */
    struct call_flow   *jobs;
    size_t              job_count, busy;
    uint64_t            cursor, first_of_lanes, settle_since_ms;
    uint64_t            phase_last; /* lanes up to this may be taken now */
    bool                exhausted, report_is_read;
    uint64_t            waits_for_report, began_ms;
    struct full_report *reports;
    enum etl_status     stop;
    struct err          stop_err;
};
/* ETL_OK: nothing is left to do, whatever became of the calls. ETL_REJECT: a call of before: did not get done. */
enum etl_status scheduler_run(struct scheduler *w, struct err *err);

#endif
