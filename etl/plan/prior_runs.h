/* etl/plan/prior_runs.h - the extracts of the runs that this one is planned after: they hold the parent rows of lanes planned there.
 *
 * An extract that was changed since its run was planned is a fault. One that is gone, or was standard input, is a warning, and
 * its rows cannot be read: a record that asks their fields is a reject.
 *
 * Threads  read-only once opened; record_source_again() may be called by several at once. */
#ifndef ETL_PLAN_PRIOR_RUNS_H
#define ETL_PLAN_PRIOR_RUNS_H

#include "etl/extract/file_source.h"
#include "etl/plan/seen_keys.h"

struct prior_runs;
struct prior_runs_input {
    struct file_source *file; /* NULL: its rows cannot be read */
    const struct str   *columns;
    size_t              column_count;
};
/* Follows the chain of runs from `run`; opens the extracts of the mapping's parent inputs. */
enum etl_status prior_runs_open(const char *run, const struct mapping *m, struct arena *mem, struct prior_runs **out,
                                struct findings *faults);
/* NULL: not at hand. runs_ago 1 is the run that is planned after. */
const struct prior_runs_input *prior_runs_input(const struct prior_runs *e, unsigned runs_ago, size_t input);
void                           prior_runs_close(struct prior_runs *e);

#endif
