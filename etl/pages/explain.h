/* etl/pages/explain.h - one subscriber of a run: records as they stand, mapping, findings, calls, replies, states.
 *
 * Gathered from all that knows of him: plan.jsonl and findings.jsonl (read once through), the extracts (read once through), the
 * ledger. Memory is flat in the run's size. Values that are secret are masked; only `reveal` shows them.
 *
 * KEY is a lane's name, or a record's place ("customers.csv:17"), which then means its whole lane. */
#ifndef ETL_PAGES_EXPLAIN_H
#define ETL_PAGES_EXPLAIN_H

#include "etl/ledger/ledger.h"
#include "etl/plan/lane_records.h"
#include "etl/run/run_folder.h"

enum { EXPLAIN_CALLS_MAX = 1000, EXPLAIN_FINDINGS_MAX = 1000 };

struct explained_call {
    struct plan_line         line;
    const struct command    *command; /* with the members that the line names */
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
    struct str                seal_fault; /* what was changed since planning; ptr NULL: nothing */
    const struct provider    *provider;
    struct mapping           *mapping;   /* NULL: it cannot be loaded any more, so records cannot be found again */
    struct str                key, lane; /* lane ptr NULL: not known (a record that is none) */
    struct explained_call    *calls;     /* in the order they are sent */
    size_t                    call_count, call_cap, calls_left_out;
    struct explained_finding *findings;
    size_t                    finding_count, finding_cap, findings_left_out;
    struct lane_records       records;
    bool                      has_ledger;
};
/* A run whose seal is broken is explained all the same, with what can still be read, and says so. key may be NULL.
 * ETL_FAIL with rule key-unknown when the run knows nothing of the key. explain_release() in any case. */
enum etl_status explain_read(const struct run_folder *run, const struct key *key, struct str wanted, struct arena *mem,
                             struct explanation *out, struct findings *faults, struct err *err);
void            explain_release(struct explanation *x);
void            explain_page(const struct explanation *x, struct arena *mem, struct buf *out);
void            explain_json(const struct explanation *x, struct arena *mem, struct buf *out);

#endif
