/* etl/plan/plan.h - makes a plan: extracts and a mapping become a run folder. Touches no network.
 *
 * Threads  plan_make() runs as many as asked; the same input gives the same bytes whatever their number.
 * Errors   ETL_OK; ETL_REJECT with rejects; ETL_FAIL, ETL_UNREAD, ETL_GUARD, ETL_AGAIN, after which there is no plan.jsonl. */
#ifndef ETL_PLAN_PLAN_H
#define ETL_PLAN_PLAN_H

#include "etl/core/system/clock.h"
#include "etl/mapping/program.h"
#include "etl/run/run_folder.h"
#include "formats/envelope.h"

struct plan_options {
    const char                 *mapping;
    const char                 *run;
    const char                 *after; /* RUN whose lanes, unique values and parents count as known; or NULL */
    const char                 *today; /* "2026-11-24" */
    const char *const          *files; /* as typed: [INPUT=]FILE */
    size_t                      file_count;
    const struct pair_value    *set;
    size_t                      set_count;
    const struct threshold     *max_rejects; /* tightens the mapping's guard; or NULL */
    unsigned                    threads;
    bool                        replace;
    const struct key           *key;
    const struct envelope_keys *archive_keys; /* opens encrypted archives; or NULL */
    const char                 *version;
    const struct clock         *clock;
};
struct plan_counts {
    uint64_t read, planned, rejected, without_calls, empty_lines, warnings, errors;
    uint64_t calls, lanes, dangers[4], damaged;
};
/* The summary for programs is what summary.json says; `summary` gets its text. */
enum etl_status plan_make(const struct plan_options *options, struct arena *mem, struct plan_counts *counts,
                          struct buf *summary, struct findings *faults);

#endif
