/* etl/apply/call_flow.h - one call on its way: looked for, claimed, sent, settled, and read back when its answer got lost.
 *
 * Decides what the end of an exchange proves and which step follows. scheduler.c decides when a step is written and sent. Reads the plan
 * when a call is taken; writes nothing. Used by scheduler.c and reconcile.c only.
 *
 *   take → (LOOKING) → READY → SENDING → SETTLING ─ done: the lane's next call
 *                        ▲                  │ uncertain
 *                        └── READING_BACK ◀─┘ */
#ifndef ETL_APPLY_CALL_FLOW_H
#define ETL_APPLY_CALL_FLOW_H

#include "etl/apply/full_report.h"
#include "etl/apply/loaded_call.h"
#include "etl/apply/readback.h"

enum flow_step {
    FLOW_IDLE,
    FLOW_LOOKING, /* the read before the first sending is on its way */
    FLOW_READY,   /* to be claimed */
    FLOW_SENDING,
    FLOW_SETTLING, /* to be settled */
    FLOW_READING_BACK
};
enum flow_claim { CLAIM_NONE, CLAIM_OURS, CLAIM_REFUSED };
/* What the calls in work share: one for all flows of a run. */
struct flow_shared {
    struct call_source source;
    struct exchanges  *exchanges;
    bool resend_uncertain; /* what was uncertain when the run started is sent again where nothing proves its fate */
    struct full_report *reports; /* read in this run */
    bool     report_is_read;     /* the reports were read behind the lanes; they are not read again in this run */
    size_t   busy;               /* flows that are not idle */
    uint64_t waits_for_report;   /* calls that only a full report can settle */
    uint64_t settle_since_ms;    /* monotonic: the oldest settlement that is not written; 0: none */
};
struct call_flow {
    enum flow_step      step;
    struct flow_shared *shared;
    struct arena        mem;  /* this call's */
    struct ledger_call  call; /* as it stands in the ledger */
    struct loaded_call  loaded;
    struct exchange     exchange;
    struct settlement   settlement;
    enum flow_claim     claim;         /* what the group that is being written answered */
    bool                was_uncertain; /* in the ledger, when it was taken: the calls behind it are blocked */
    bool uncertain_at_start; /* was uncertain when this run started, so the operator could check it at the provider */
    bool in_doubt;           /* it is repeated because that is harmless; its first sending may have been carried out */
    bool final_for_run;      /* this run takes no further call of the lane */
    bool note_baseline, note_absence; /* to be written with the next group */
    int32_t  more_tries;              /* sendings besides the one that the claim counted */
    unsigned rounds;                  /* how often it was made ready again */
    uint64_t send_at_ms;              /* monotonic; not before */
};

/* Begins a call. ETL_OK also when it cannot be sent: its step is FLOW_SETTLING then. */
enum etl_status call_flow_take(struct call_flow *flow, const struct ledger_call *call, struct err *err);
/* Its claim is on the disk: sends it. */
void call_flow_send(struct call_flow *flow);
/* Its exchange came back. */
void call_flow_came_back(struct call_flow *flow);
/* It is uncertain in the ledger. Begins the read-back, or makes it ready to be sent again, or settles it as uncertain for this run. */
void     call_flow_resolve(struct call_flow *flow);
void     call_flow_settle_as(struct call_flow *flow, enum call_state state, struct str reason);
void     call_flow_leave(struct call_flow *flow);
uint64_t call_flow_settle_ms(const struct command *command); /* how far apart two read-backs must miss it */

/* The call was found by reading back: keeps what the read yields as what the call captured. */
void call_flow_keep_read_back(struct call_flow *flow, const struct verdict *read);

#endif
