/* etl/run/plan_reader.h - reads a file of lines of a run folder, plan.jsonl or findings.jsonl: line by line, or one line again by its place.
 *
 * Each block is verified by its tag before a line of it is given away. Without a seal the file is read as it stands: to show a run that cannot
 * be trusted, never to send by it.
 *
 * Lifetime  a line that plan_reader_next() lends is good until the next one; plan_reader_at() copies into `mem`. The sealed file and its
 *           key outlive the reader.
 * Memory    bounded: the block that is read, and a few more of the file. Threads: one reader, one thread.
 * Errors    ETL_END after the last line; ETL_UNREAD: the file cannot be read; ETL_FAIL: it was changed, or a line is too long. */
#ifndef ETL_RUN_PLAN_READER_H
#define ETL_RUN_PLAN_READER_H

#include "etl/core/err.h"
#include "etl/run/sealed_file.h"

struct plan_reader;
/* sealed NULL: as it stands. */
enum etl_status plan_reader_open(const char *path, const struct sealed_file *sealed, const struct run_key *key,
                                 struct plan_reader **out, struct err *err);
enum etl_status plan_reader_next(struct plan_reader *r, struct str *line, uint64_t *offset, struct err *err);
/* Reads one line again, by its offset and length. */
enum etl_status plan_reader_at(struct plan_reader *r, uint64_t offset, size_t length, struct arena *mem,
                               struct str *line, struct err *err);
void            plan_reader_close(struct plan_reader *r);

#endif
