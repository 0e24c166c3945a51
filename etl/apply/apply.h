/* etl/apply/apply.h - applying a run: everything around the sending itself.
 *
 * In this order: check the run's connection and the ladder's rungs; take the account's lock, so that one command writes to one account; make
 * uncertain what a killed command left claimed; reserve disk space for the answers; ask the probe; bind the run to the connection; send
 * (scheduler.h); write the results; note the rungs that were passed.
 * Errors  ETL_OK: finished, whatever became of the calls (see counts). Any other status: stopped, with the reason in err. */
#ifndef ETL_APPLY_APPLY_H
#define ETL_APPLY_APPLY_H

#include "etl/apply/delivery.h"

struct apply_options {
    uint64_t wait_seconds; /* for the connection's lock */
    bool     resend_uncertain;
    bool     same_account; /* other credentials, but they are the same account's */
    /* Called before the first byte leaves, with what is about to be sent. */
    void (*tell)(void *context, const struct delivery *d, const struct ledger_counts *chosen);
    void (*progress)(void *context, const uint64_t by_state[CALL_STATES]);
    void *context;
};
struct apply_report {
    struct ledger_counts all, chosen; /* of the whole run; of the lanes this command meant */
    uint64_t             recovered;   /* calls that a killed command had under way */
    uint64_t             requests;    /* sent by this command, reads too */
    const char          *rung;        /* passed by this command, or NULL */
    struct err           results_err; /* text "" : results.csv and lanes.csv are written */
};
enum etl_status apply_run(struct delivery *d, const struct apply_options *o, struct apply_report *out, struct err *err);

/* The calls of the selected lanes, by state. */
enum etl_status apply_count(struct delivery *d, struct ledger_counts *out, struct err *err);

#endif
