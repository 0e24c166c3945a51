/* etl/lane/prior_lane.h - what the prior runs know of a lane, for a run that was planned --after them: how many rows it had, and its
 * parent rows.
 *
 * Lifetime  rows live in the records' `mem`. Memory: what seen_keys.h says of the prior run, until it is closed. */
#ifndef ETL_LANE_PRIOR_LANE_H
#define ETL_LANE_PRIOR_LANE_H

#include "etl/lane/lane.h"

struct prior_lane;
/* Before the first mapper is made: parent inputs that this run has no file for get the columns that they had. What is no longer at hand
 * is reported as a warning and left out. */
struct prior_lane *prior_lane_open(const struct lane_records *l, const char *after, struct findings *faults);
/* Adds what it knows to the records that were found. */
void prior_lane_add(struct prior_lane *b, struct lane_records *l);
void prior_lane_close(struct prior_lane *b); /* NULL is fine */

#endif
