/* etl/pages/status.h - where a run stands: its books, the rungs it passed, what lies in its way, and the next command.
 *
 * Only reads, also while another command works on the run. A plan whose seal does not hold any more is shown as it stands, with
 * the reason; nothing can be sent from it. */
#ifndef ETL_PAGES_STATUS_H
#define ETL_PAGES_STATUS_H

#include "etl/connection/config.h"
#include "etl/ledger/ledger.h"
#include "etl/run/run_folder.h"

struct run_status {
    const struct run_folder *run;
    struct run_facts         facts;
    char                   **rejects;    /* by facts.inputs: where its rejects lie */
    struct str               seal_fault; /* ptr NULL: the seal holds */
    bool                     has_ledger;
    struct ledger_counts     counts; /* without a ledger all calls are pending */
    struct ledger_binding    bound;
    struct ledger_rung      *rungs;
    size_t                   rung_count;
    struct ledger_tested    *tested;
    size_t                   tested_count;
    struct str               first_lane[CALL_STATES]; /* the first lane with a call refused, failed, uncertain */
    struct str               first_refused_in_test;
    long                     holder;    /* process that works on it now; 0: none */
    struct str               next, why; /* the command, whole; and what it is for */
    struct str               then;      /* the one behind it, where that is known already; or ptr NULL */
};
/* `config` and `config_typed` (-c FILE or NULL) are for the next command's words. */
enum etl_status status_read(const struct run_folder *run, const struct config *config, const char *config_typed,
                            struct arena *mem, struct run_status *out, struct err *err);
/* The rung of that name passed at that connection (ptr NULL: at any), or NULL. */
const struct ledger_rung *status_rung(const struct run_status *s, const char *name, struct str connection);
void                      status_page(const struct run_status *s, struct buf *out);
void                      status_json(const struct run_status *s, struct buf *out);

#endif
