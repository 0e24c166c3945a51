/* etl/plan/planning.h - what the parts of making one plan share. Private to plan.c and input_files.c. */
#ifndef ETL_PLAN_PLANNING_H
#define ETL_PLAN_PLANNING_H

#include "etl/plan/pipeline_state.h"
#include "etl/plan/plan_options.h"
#include "etl/run/run_facts.h"

struct planning {
    const struct plan_options *options;
    struct arena              *mem;
    struct findings           *faults;
    struct mapping            *mapping;
    struct run_folder          run, after;
    struct seen_keys           seen;
    struct seal                seal;
    struct plan_writer         plan, findings, known;
    struct pipeline            pipeline;
    struct run_facts           after_facts;
    struct prior_runs         *prior;
    struct hold               *hold;
    bool                       is_again; /* the second pass, in which lanes are held */
};

/* input_files.c */
/* Which file feeds which input, from the operands: [INPUT=]FILE, or an archive. */
enum etl_status planning_assign_files(struct planning *w);
/* Opens all inputs and binds their columns. */
enum etl_status planning_open_inputs(struct planning *w);
enum etl_status planning_open_prior_runs(struct planning *w);
enum etl_status planning_fault(struct planning *w, enum etl_status status, const struct err *err); /* reports it */

#endif
