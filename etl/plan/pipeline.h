/* etl/plan/pipeline.h - the way of a record: read → split → keys → number → map → check → encode → accept → write.
 *
 * One input at a time, in the mapping's order. An input is cut into blocks of whole records; a block goes through all
 * stages with one thread. Four stages see the blocks in input order, each behind a turnstile:
 *   read    cuts the next block
 *   number  only where a mapping asks nth, count() or parent.: needs what came before
 *   accept  unique and once_per values, rejected lanes, parents, occurrences; writes rejects
 *   write   plan and findings, with their digests
 * The rest runs on all threads. So output is the same whatever their number.
 *
 * Limits  memory: blocks in work (one a thread), and seen_keys.h's allowance a lane. */
#ifndef ETL_PLAN_PIPELINE_H
#define ETL_PLAN_PIPELINE_H

#include <signal.h>

#include "etl/extract/file_source.h"
#include "etl/extract/rejects.h"
#include "etl/mapping/mapper.h"
#include "etl/plan/plan.h"
#include "etl/plan/plan_writer.h"
#include "etl/plan/prior_runs.h"
#include "etl/plan/seen_keys.h"

struct pipeline_input {          /* one input, opened and bound */
    size_t                index; /* in mapping->inputs */
    const char           *path;
    struct record_source *source; /* NULL: left out */
    struct file_source   *file;   /* which it is */
    struct hex256         digest; /* of the file's bytes, and how many, once they are read */
    uint64_t              bytes;
    struct rejects       *rejects;
    struct plan_counts    counts;
};
struct pipeline {
    const struct mapping    *mapping;
    const struct key        *key;
    struct str               today;
    unsigned                 threads;
    struct seen_keys        *seen;
    const struct prior_runs *prior; /* the runs that this one is planned after; or NULL */
    struct plan_writer      *plan, *findings;
    struct pipeline_input   *inputs;        /* by mapping->inputs; source NULL where left out */
    uint64_t                 record_number; /* over all inputs */
    const struct str        *call_names;    /* the different names in `as:`, for counting occurrences */
    size_t                   call_name_count;
    uint64_t                *command_calls; /* by mapping->calls: calls made */
};
extern volatile sig_atomic_t pipeline_stop; /* set by a signal: the run ends with ETL_AGAIN */

/* The first pass over an input whose rows are counted per lane, for count(input). */
enum etl_status pipeline_count(struct pipeline *p, size_t input, struct err *err);
enum etl_status pipeline_run(struct pipeline *p, size_t input, struct err *err);
/* The calls of before: and after:, which belong to no record. */
enum etl_status pipeline_once(struct pipeline *p, bool after, struct plan_counts *counts, struct err *err);

#endif
