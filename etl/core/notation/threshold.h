/* etl/core/notation/threshold.h - a guard as it is written: 50 of something, 2 % of it, or 2 % but never fewer than 20. */
#ifndef ETL_CORE_NOTATION_THRESHOLD_H
#define ETL_CORE_NOTATION_THRESHOLD_H

#include "etl/core/str.h"

struct threshold {
    double   percent;
    uint64_t floor; /* so many always pass */
};
bool     threshold_read(struct str text, struct threshold *out); /* "50", "2%", "2% floor 20" */
uint64_t threshold_allows(struct threshold g, uint64_t of);      /* how many of so many pass */

#endif
