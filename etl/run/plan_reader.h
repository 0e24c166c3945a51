/* etl/run/plan_reader.h - reads plan.jsonl: line by line, each with its byte offset, or one line again by its place.
 *
 * Lifetime  a line that plan_reader_next() lends is good until the next one; plan_reader_at() copies into `mem`.
 * Memory    bounded: a buffer, and a few windows of the file. Threads: one reader, one thread.
 * Errors    ETL_END after the last line; ETL_UNREAD: the file cannot be read; ETL_FAIL: a line is too long. */
#ifndef ETL_RUN_PLAN_READER_H
#define ETL_RUN_PLAN_READER_H

#include "etl/core/err.h"

struct plan_reader;
enum etl_status plan_reader_open(const char *path, struct plan_reader **out, struct err *err);
enum etl_status plan_reader_next(struct plan_reader *r, struct str *line, uint64_t *offset, struct err *err);
/* Reads one line again, by its offset and length. */
enum etl_status plan_reader_at(struct plan_reader *r, uint64_t offset, size_t length, struct arena *mem,
                               struct str *line, struct err *err);
void            plan_reader_close(struct plan_reader *r);

#endif
