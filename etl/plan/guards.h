/* etl/plan/guards.h - are the counts of a plan within what its mapping allows, the command line tightens and --allow loosens?
 *
 * Counted are rejected records, of those read, and calls with a danger, of those planned; and the records of an input, against its `expect: rows`,
 * which may be a share of last time's. Bytes of an input that were planned once, and others since, are a replay: yesterday's file must not undo
 * today's cut. An input without records undoes nothing and is none.
 * Of mended rejects (--after) many may be rejected again, and they are a part of an extract: rejects, rows and bytes are not held against it then.
 * Errors  ETL_GUARD: the plan must not be finished. Each message says what was counted, who allows how many, where to look, and the --allow that
 *         would let this plan pass. */
#ifndef ETL_PLAN_GUARDS_H
#define ETL_PLAN_GUARDS_H

#include "etl/core/err.h"
#include "etl/mapping/program.h"

struct json_writer;
struct plan_counts;
struct plan_options;
struct planning;

enum { GUARD_ROWS = GUARDS, GUARD_REPLAY, GUARD_NAMES }; /* what --allow names besides the guards of a mapping */

/* --allow cuts=61, rows:customers=30000, replay=customers: one guard, loosened for this plan alone. */
struct allowance {
    int         guard;      /* enum guard_kind, GUARD_ROWS or GUARD_REPLAY */
    struct str  input;      /* of rows and replay; ptr NULL: the rows of all inputs */
    uint64_t    number;     /* so many pass; of rows: so many count as expected */
    const char *written;    /* as it was typed */
    bool        was_needed; /* set by guards_check(): without it the guard would have stopped the plan or held lanes */
};

/* Reads what --allow was given; a fault with "did you mean" when it names no guard. */
bool allowance_read(const char *written, struct allowance *out, struct findings *faults);
/* Do they name inputs of the mapping, and each guard once? ETL_FAIL and faults otherwise. */
enum etl_status guards_check_allowances(const struct planning *w);
/* After all inputs were read. Sets was_needed; warns of an --allow that was not needed. */
enum etl_status guards_check(struct planning *w, const struct plan_counts *sum);
/* Of so many calls, how many with this danger go into the plan before their lanes are held; UINT64_MAX: the mapping holds none. */
uint64_t guards_hold_limit(const struct mapping *m, const struct plan_options *o, enum guard_kind kind, uint64_t calls);
/* "allowed": [{"guard","input","number","because"}], where --allow was given. */
void guards_write_allowed(struct json_writer *w, const struct plan_options *o);

/* "were rejected", "cut a service", by enum guard_kind. */
extern const char *const guard_words[GUARDS];
extern const char *const guard_rules[GUARDS]; /* "guard-cuts" */

#endif
