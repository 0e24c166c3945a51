/* etl/pages/run_status.h - gathers where a run stands: how its calls ended, the rungs it passed, what is in its way.
 *
 * It only reads, also while another command works on the run. A plan whose seal is broken is shown as it is now, with the reason.
 *
 * Lifetime  everything lives in `mem`. */
#ifndef ETL_PAGES_RUN_STATUS_H
#define ETL_PAGES_RUN_STATUS_H

#include "etl/connection/config.h"
#include "etl/ledger/ledger.h"
#include "etl/run/run_facts.h"

struct run_status {
    const struct run_folder *run;
    struct run_facts         facts;
    char                   **rejects;         /* the file of each input's rejects, in the order of facts.inputs */
    struct str               seal_fault;      /* ptr NULL: the seal holds */
    bool                     mapping_differs; /* its file is another now than the copy that the run keeps */
    bool                     has_ledger;
    struct ledger_counts     counts; /* without a ledger every call is pending */
    struct ledger_binding    bound;
    struct ledger_rung      *rungs;
    size_t                   rung_count;
    struct ledger_tested    *tested;
    size_t                   tested_count;
    struct str               first_lane[CALL_STATES]; /* the first lane with a call refused, failed, uncertain */
    struct str               first_refused_in_test;
    long                     holder; /* the process that works on it now; 0: none */
};
enum etl_status run_status_read(const struct run_folder *run, const struct config *config, struct arena *mem,
                                struct run_status *out, struct err *err);
/* The rung of that name passed at that connection (ptr NULL: at any), or NULL. */
const struct ledger_rung *run_status_rung(const struct run_status *s, const char *name, struct str connection);

#endif
