/* etl/plan/summary.h - what a plan holds and what it was made from: summary.json, inputs/, and the seal over all. */
#ifndef ETL_PLAN_SUMMARY_H
#define ETL_PLAN_SUMMARY_H

#include "etl/plan/pipeline_state.h"
#include "etl/plan/plan_options.h"

struct summary {
    const struct plan_options *options;
    const struct pipeline     *pipeline;
    const struct plan_counts  *counts;
    struct hex256              plan_digest, findings_digest; /* with --sha256 */
    double                     seconds;
};
/* Writes inputs/, summary.json and the seal, whose other files are written already; `text` gets summary.json's. */
enum etl_status summary_write(const struct summary *s, const struct run_folder *run, struct seal *seal,
                              struct buf *text, struct err *err);

#endif
