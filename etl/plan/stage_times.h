/* etl/plan/stage_times.h - how long each stage of planning took, added up over its threads.
 *
 * A thread counts in its own struct, from one stage_times_lap() to the next, and adds it to the whole when it ends. Where nobody asked for the
 * times there is no struct, and nothing is measured.
 *
 * Units    nanoseconds of wall time, so what the system gave to other processes counts, too.
 * Threads  one struct, one thread; stage_times_add() under the caller's lock. */
#ifndef ETL_PLAN_STAGE_TIMES_H
#define ETL_PLAN_STAGE_TIMES_H

#include "etl/core/system/clock.h"

enum stage {
    STAGE_READ,
    STAGE_SPLIT,
    STAGE_NUMBER,
    STAGE_MAP,
    STAGE_ENCODE,
    STAGE_ACCEPT,
    STAGE_SEAL,
    STAGE_WRITE,
    STAGE_WAIT,
    STAGES
};

struct stage_row {
    const char *name;
    const char *what;     /* for people */
    bool        in_order; /* only one thread may be in it */
};
extern const struct stage_row stage_rows[STAGES];

struct stage_times {
    uint64_t            ns[STAGES];
    const struct clock *clock;
    uint64_t            lap_ns; /* when the last lap ended */
};

/* The first lap begins now. */
void stage_times_begin(struct stage_times *t, const struct clock *clock);
/* What passed since the last lap was spent in this stage. t NULL: nobody asked. */
void     stage_times_lap(struct stage_times *t, enum stage stage);
void     stage_times_add(struct stage_times *whole, const struct stage_times *part);
uint64_t stage_times_total_ns(const struct stage_times *t); /* without waiting */

#endif
