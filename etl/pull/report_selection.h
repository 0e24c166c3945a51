/* etl/pull/report_selection.h - which reports a pull asks: those named, or all, and those whose rows they need. */
#ifndef ETL_PULL_REPORT_SELECTION_H
#define ETL_PULL_REPORT_SELECTION_H

#include "etl/pull/pulled.h"

/* Sets `wanted` and `untold` in p->reports; what was named and cannot be asked is a fault. */
void report_selection_make(struct pulled *p, struct findings *faults);

#endif
