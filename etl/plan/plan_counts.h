/* etl/plan/plan_counts.h - what planning counts, for each input and for the whole. */
#ifndef ETL_PLAN_PLAN_COUNTS_H
#define ETL_PLAN_PLAN_COUNTS_H

#include <stdint.h>

struct plan_counts {
    uint64_t read, planned, rejected, without_calls, empty_lines, warnings, errors;
    uint64_t calls, lanes, dangers[4], damaged;
    uint64_t held, held_lanes; /* records and lanes that a guard kept out of the plan */
};

#endif
