/* etl/plan/hold.h - lanes that a guard holds: kept out of the plan, listed among its findings, their records in held/ as rejects are in rejects/.
 *
 * Only the count of the whole tells whether a guard holds. So while records are accepted, the lanes that have calls with a danger are noted; when
 * there are too many, all inputs are planned a second time, and every record of such a lane is held: it makes no call and claims nothing, so
 * that it can be planned --after this run. That is twice the time, on a bad night only.
 *
 * Memory   32 bytes a lane with such calls; nothing where the mapping holds none. Threads: the stage that accepts. */
#ifndef ETL_PLAN_HOLD_H
#define ETL_PLAN_HOLD_H

#include "etl/core/err.h"

struct hold;
struct plan_counts;
struct planning;

/* NULL: the mapping holds no lanes. */
struct hold *hold_new(const struct planning *w);
void         hold_free(struct hold *h); /* NULL is fine */
/* In the first pass: a call of this lane goes into the plan. dangers: bits of DANGER_*. NULL is fine. */
void hold_note(struct hold *h, struct str lane, unsigned dangers);
/* Behind the first pass, when no guard stopped the plan: is anything to be held? Then the second pass holds. */
bool hold_decide(const struct planning *w, const struct plan_counts *sum);
/* In the second pass: why the lane is held, a finding; NULL: it is not, or nothing is. *is_new: it was not asked for before. */
const struct err *hold_reason(struct hold *h, struct str lane, bool *is_new);

#endif
