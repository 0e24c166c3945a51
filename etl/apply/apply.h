/* etl/apply/apply.h - applying a run: everything around the sending itself.
 *
 * In this order: what a killed command left is put in doubt; the run's connection and the ladder's rungs are checked; one writer a
 * connection; space for the answers is reserved; the probe must answer; the run is bound; scheduler.h sends; results are written;
 * rungs are noted.
 * Errors  ETL_OK: finished, whatever became of the calls (see counts). Everything else: stopped, with the reason in err. */
#ifndef ETL_APPLY_APPLY_H
#define ETL_APPLY_APPLY_H

#include "etl/apply/delivery.h"

struct apply_options {
    uint64_t wait_seconds; /* for the connection's lock */
    bool     resend_uncertain;
    bool     same_account; /* other credentials, but they are the same account's */
    /* What is about to be sent is told before it is. */
    void (*tell)(void *context, const struct delivery *w, const struct ledger_counts *chosen);
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
enum etl_status apply_run(struct delivery *w, const struct apply_options *o, struct apply_report *out, struct err *err);

/* The calls of the lanes that are meant, by state. */
enum etl_status apply_count(struct delivery *w, struct ledger_counts *out, struct err *err);
/* The exact requests that apply would send now, secrets as ***; print() gets the text in pieces. */
enum etl_status dry_run(struct delivery *w, void (*print)(struct str text), struct err *err);

#endif
