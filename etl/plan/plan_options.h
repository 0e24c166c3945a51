/* etl/plan/plan_options.h - what a plan is made of: a mapping, files, and how. */
#ifndef ETL_PLAN_PLAN_OPTIONS_H
#define ETL_PLAN_PLAN_OPTIONS_H

#include "etl/core/system/clock.h"
#include "etl/mapping/program.h"
#include "etl/plan/stage_times.h"
#include "etl/run/run_folder.h"
#include "formats/envelope.h"

struct allowance; /* guards.h */

struct plan_options {
    const char                 *mapping;
    const char                 *run;
    const char                 *after; /* RUN whose lanes, unique values and parents count as known; or NULL */
    const char                 *today; /* "2026-11-24" */
    const char *const          *files; /* as typed: [INPUT=]FILE */
    size_t                      file_count;
    const struct pair_value    *set;
    size_t                      set_count;
    const struct threshold     *max[GUARDS]; /* tightens the mapping's guard; or NULL */
    struct allowance           *allow;       /* loosens guards; says afterwards which were needed */
    size_t                      allow_count;
    const char                 *history; /* the state folder's "plans", where this plan is recorded; NULL: nowhere */
    const char                 *because; /* why it may; where something is allowed */
    unsigned                    threads;
    bool                        replace;
    bool                        sha256; /* plain digests of plan and findings, too */
    const struct key           *key;
    const struct envelope_keys *archive_keys; /* opens encrypted archives; or NULL */
    const char                 *version;
    const struct clock         *clock;
    struct random              *random; /* the run's id */
    struct stage_times         *times;  /* gets what each stage took; NULL: nobody asks */
};

#endif
