/* etl/apply/call_flow.h - one call on its way: looked for, claimed, sent, settled, and read back when its answer got lost.
 *
 * What one end of an exchange proves is decided here; scheduler.c decides when anything is written and sent. Nothing here touches the
 * network or the disk by itself, but to load the call. Private to call_flow.c, scheduler.c and reconcile.c.
 *
 *   take → (LOOKING) → READY → SENDING → SETTLING ─ done: the lane's next call
 *                        ▲                  │ uncertain
 *                        └── READING_BACK ◀─┘ */
#ifndef ETL_APPLY_CALL_FLOW_H
#define ETL_APPLY_CALL_FLOW_H

#include "etl/apply/readback.h"
#include "etl/apply/scheduler.h"

enum flow_step {
    FLOW_IDLE,
    FLOW_LOOKING, /* the read before the first sending is on its way */
    FLOW_READY,   /* to be claimed */
    FLOW_SENDING,
    FLOW_SETTLING, /* to be settled */
    FLOW_READING_BACK
};
struct call_flow {
    enum flow_step     step;
    struct scheduler  *lanes;
    struct arena       mem;  /* this call's */
    struct ledger_call call; /* as it stands in the ledger */
    struct loaded_call loaded;
    struct exchange    x;
    struct settlement  settlement;
    bool               claimed;                     /* in the group that is being written */
    bool               was_uncertain;               /* when it was taken: the calls behind it are blocked */
    bool               old_doubt;                   /* and not sent again since: somebody could look at the provider */
    bool               last_word;                   /* the settlement ends this lane for now */
    bool               note_baseline, note_absence; /* to be written with the next group */
    int32_t            more_tries;                  /* sendings besides the one that the claim counted */
    unsigned           rounds;                      /* how often it was made ready again */
    uint64_t           send_at_ms;                  /* monotonic; not before */
};

/* Begins a call. ETL_OK also when it cannot be sent: then it is to be settled. */
enum etl_status call_flow_take(struct call_flow *j, const struct ledger_call *call, struct err *err);
/* The read before the first sending answered so. */
void call_flow_looked(struct call_flow *j, const struct verdict *read, uint64_t fingerprint);
/* Claimed, on the disk: off it goes. */
void call_flow_send(struct call_flow *j);
/* Its exchange came back. */
void call_flow_came_back(struct call_flow *j);
/* Uncertain, on the disk: read it back, make it ready again, or leave it (then it is to be settled once more, for good). */
void     call_flow_resolve_doubt(struct call_flow *j);
void     call_flow_settle_as(struct call_flow *j, enum call_state state, struct str reason);
void     call_flow_leave(struct call_flow *j);
uint64_t call_flow_settle_ms(const struct command *command); /* how far apart "not there" must be seen */

/* It was read back: what the read yields is what the call captured. */
void call_flow_keep_read_back(struct call_flow *j, const struct verdict *read);

/* ---- full reports (reconcile.c) ---- */
/* Before any lane: reads the reports that calls must be looked for in before their first sending. */
enum etl_status reconcile_read_baselines(struct scheduler *w, struct err *err);
void            reconcile_look(struct scheduler *w, struct call_flow *j);
/* Behind all lanes: reads each report once and settles what is in doubt. */
enum etl_status reconcile_settle(struct scheduler *w, struct err *err);

#endif
