/* etl/plan/hold.h - lanes that a guard holds: kept out of the plan, and listed among its findings.
 *
 * While records are accepted, the calls with a danger whose guard may hold are counted by their lanes. Behind the last record, when the count of
 * the whole is over what the guard lets through, the plan is written once more without the lanes that have such calls: held lanes are rare, and
 * nothing else than the whole count can tell. What a held record claimed (unique and once_per values) stays claimed: the next plan has it again.
 *
 * Memory   32 bytes a lane with such calls; nothing where the mapping holds none. Threads: the stage that accepts.
 * Errors   those of plan_writer.h. */
#ifndef ETL_PLAN_HOLD_H
#define ETL_PLAN_HOLD_H

#include "etl/core/err.h"

struct hold;
struct plan_counts;
struct planning;

/* NULL: the mapping holds no lanes. */
struct hold *hold_new(const struct planning *w);
void         hold_free(struct hold *h); /* NULL is fine */
/* A call of this lane goes into the plan; dangers: bits of DANGER_*. NULL is fine. */
void hold_note(struct hold *h, struct str lane, unsigned dangers);
/* After all inputs were read and no guard stopped the plan. Takes what is held out of the plan and out of `sum`, which counts it as held. */
enum etl_status hold_lanes(struct planning *w, struct plan_counts *sum, struct err *err);

#endif
