/* etl/pages/explanation.h - gathers what a run knows of one subscriber: records, mapping, findings, calls, replies, states.
 *
 * Sources   plan.jsonl, findings.jsonl, the extracts (each is read once or twice, from its beginning) and the ledger.
 * KEY       a lane's name, or the place of a record ("customers.csv:17"), which stands for the record's whole lane.
 * Secrets   sealed values stay sealed; only `reveal` shows them.
 * Lifetime  everything lives in `mem`; explanation_release() frees mapping and description.
 * Memory    does not grow with the run: at most EXPLAIN_CALLS_MAX calls and EXPLAIN_FINDINGS_MAX findings are kept. */
#ifndef ETL_PAGES_EXPLANATION_H
#define ETL_PAGES_EXPLANATION_H

#include "etl/lane/lane_records.h"
#include "etl/ledger/ledger.h"
#include "etl/run/plan_call.h"
#include "etl/run/run_facts.h"

enum { EXPLAIN_CALLS_MAX = 1000, EXPLAIN_FINDINGS_MAX = 1000 };

struct explained_call {
    struct plan_call         call;
    struct str               from;
    size_t                   found; /* its number in the plan's order */
    char                     id[CALL_ID_DIGITS + 1];
    const struct command    *command; /* with the family members that the call names */
    struct value            *values;  /* by its params; sealed ones are not opened */
    bool                     has_row; /* the ledger knows it */
    struct ledger_row        row;
    const struct pair_value *captures;
    size_t                   capture_count;
};
struct explained_finding {
    struct str    where, input, lane, field, rule, message;
    enum severity severity;
};
struct explanation {
    const struct run_folder  *run;
    struct run_facts          facts;
    struct plan_head          head;
    struct str                seal_fault; /* what was changed since planning; ptr NULL: nothing was */
    const struct provider    *provider;
    struct mapping           *mapping;   /* NULL: it can no longer be loaded, so the records cannot be found */
    struct str                key, lane; /* lane.ptr NULL: not known, as for a damaged record */
    struct explained_call    *calls;     /* in the order they are sent */
    size_t                    call_count, call_cap, calls_left_out;
    struct explained_finding *findings;
    size_t                    finding_count, finding_cap, findings_left_out;
    struct lane_records       records;
    bool                      has_ledger;
};
/* A run whose seal is broken is explained with what can still be read, and seal_fault says so. key may be NULL.
 * ETL_FAIL with rule key-unknown: the run has nothing for this key. Call explanation_release() whatever came back. */
enum etl_status explanation_read(const struct run_folder *run, const struct key *key, struct str wanted,
                                 struct arena *mem, struct explanation *out, struct findings *faults, struct err *err);
void            explanation_release(struct explanation *x);

#endif
