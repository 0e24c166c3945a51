/* etl/plan/prior_lane.h - what the runs before knew of a lane, for a run that was planned --after them: how many rows it had, and its
 * parent rows.
 *
 * Lifetime  rows live in the records' `mem`. Memory: what known.h says of the earlier run, until it is closed. */
#ifndef ETL_PLAN_PRIOR_LANE_H
#define ETL_PLAN_PRIOR_LANE_H

#include "etl/plan/lane_records.h"

struct lane_before;
/* Before the first mapper is made: parent inputs that this run has no file for get the columns that they had. What is no longer at hand
 * is told among the faults and left out. */
struct lane_before *lane_before_open(const struct lane_records *l, const char *after, struct findings *faults);
/* Adds what it knows to the records that were found. */
void lane_before_add(struct lane_before *b, struct lane_records *l);
void lane_before_close(struct lane_before *b); /* NULL is fine */

#endif
