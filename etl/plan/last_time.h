/* etl/plan/last_time.h - what was planned from an input before, by the history of plans. Private to this room.
 *
 * Without a history (plan_options.history NULL) nothing was planned before, and nothing is recorded. */
#ifndef ETL_PLAN_LAST_TIME_H
#define ETL_PLAN_LAST_TIME_H

#include "etl/plan/planning.h"
#include "etl/run/plan_history.h"

struct last_time {
    bool                        is_known; /* there is a last time */
    struct planned              plan;
    const struct planned_input *its;     /* what it read for this input */
    bool                        is_same; /* the same bytes as now */
    bool                        is_old;  /* now come bytes that were planned once, and others since */
    struct planned              once;
};
/* After the input was read. A damaged history is warned of. */
void last_time_find(struct planning *w, struct plan_history *h, size_t input, struct last_time *out);
void last_time_open(struct planning *w, struct plan_history *out);
/* The plan is finished. Where the history cannot be written, that is a warning: the plan is good. */
void last_time_record(struct planning *w, const struct plan_counts *sum);
/* "2026-11-30, run-1": when and where, for a message. */
struct str last_time_place(const struct planned *plan, struct arena *mem);

#endif
