/* etl/plan/pipeline_state.h - what all blocks of a plan share: the inputs, what was seen, where plan and findings are written.
 *
 * Threads  inputs, seen and the writers are used by the stages that see the blocks in order; the rest is read-only while blocks run. */
#ifndef ETL_PLAN_PIPELINE_STATE_H
#define ETL_PLAN_PIPELINE_STATE_H

#include "etl/extract/file_source.h"
#include "etl/extract/rejects.h"
#include "etl/mapping/program.h"
#include "etl/plan/plan_counts.h"
#include "etl/plan/plan_writer.h"
#include "etl/plan/prior_runs.h"
#include "etl/plan/seen_keys.h"
#include "etl/plan/stage_times.h"

struct pipeline_input {          /* one input, opened and bound */
    size_t                index; /* in mapping->inputs */
    const char           *path;
    struct record_source *source; /* NULL: left out */
    struct file_source   *file;   /* which it is */
    struct hex256         digest; /* of the file's bytes, and how many, once they are read */
    uint64_t              bytes;
    struct rejects       *rejects, *held;
    struct plan_counts    counts;
};
struct pipeline {
    const struct mapping    *mapping;
    const struct key        *key;
    struct str               today;
    unsigned                 threads;
    struct seen_keys        *seen;
    const struct prior_runs *prior; /* the runs that this one is planned after; or NULL */
    struct hold             *hold;  /* lanes that a guard may hold; or NULL */
    struct plan_writer      *plan, *findings;
    struct pipeline_input   *inputs;        /* by mapping->inputs; source NULL where left out */
    uint64_t                 record_number; /* over all inputs */
    struct stage_times      *times;         /* of all threads, once they ended; NULL: nobody asks */
    const struct clock      *clock;         /* which the times go by */
    uint64_t                *command_calls; /* by mapping->calls: calls made */
};

#endif
