/* etl/lane/lane_records.h - the records of one lane, found again in the files that they came from.
 *
 * One pass over the files when the lane is given, two when only a record's place is. Memory does not grow with the files. The files'
 * digests are taken on the way: they show whether a file has changed since it was planned.
 *
 * Lifetime  everything lives in `mem`. Source: the same reader, keys and row numbers as planning. */
#ifndef ETL_LANE_LANE_RECORDS_H
#define ETL_LANE_LANE_RECORDS_H

#include "etl/lane/lane.h"

/* Files that cannot be read say so in `problem`; faults of the mapping go to `faults`. */
void lane_records_find(struct lane_records *l, struct findings *faults);
/* What mapping_show() and mapper_row() take for the i-th record. */
struct row lane_record_row(const struct lane_records *l, size_t i);

#endif
