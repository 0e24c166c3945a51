/* etl/pull/request_journal.h - what a pull asks and what came of it, durable in its work folder: an interrupted pull goes on where it was.
 *
 * Numbers   questions are numbered as they are added; the order in which answers become rows.
 * Durable   what request_journal_settle() says is on the disk before the next one is settled. Answers themselves are files; a
 *           digest tells whether they are what was settled.
 * Memory    flat in questions.
 * Threads   one owner.
 * Errors    ETL_AGAIN: the disk is full; ETL_FAIL: damaged, or another pull's. */
#ifndef ETL_PULL_REQUEST_JOURNAL_H
#define ETL_PULL_REQUEST_JOURNAL_H

#include "etl/core/err.h"

enum question_state { QUESTION_OPEN, QUESTION_COMPLETE, QUESTION_UNPROVEN, QUESTION_INCOMPLETE };

struct request_journal;
/* identity: what makes two pulls the same; the folder of another is refused. */
enum etl_status request_journal_open(const char *path, struct str identity, struct request_journal **out,
                                     struct err *err);
void            request_journal_close(struct request_journal *q);

struct asked {
    uint64_t            number;
    struct str          params, row; /* JSON objects: the command's parameters; the row it is asked for */
    enum question_state state;
    uint64_t            records, repairs, offset, bytes;
    struct str          file, digest, print, why; /* print: of what came, before secrets were taken out */
};
/* A question that is there already stays as it is. */
enum etl_status request_journal_add(struct request_journal *q, struct str report, struct str params, struct str row,
                                    struct err *err);
/* The first one behind `after` in this state; ETL_END. Texts live in `mem`. */
enum etl_status request_journal_next(struct request_journal *q, struct str report, enum question_state state,
                                     uint64_t after, struct arena *mem, struct asked *out, struct err *err);
/* The first one behind `after`, in any state. */
enum etl_status request_journal_any(struct request_journal *q, struct str report, uint64_t after, struct arena *mem,
                                    struct asked *out, struct err *err);
enum etl_status request_journal_settle(struct request_journal *q, const struct asked *answer, struct err *err);
/* What was not got is asked again by the next command. */
enum etl_status request_journal_reopen(struct request_journal *q, struct err *err);

struct question_counts {
    uint64_t   asked, by_state[4], records, repairs;
    struct str why; /* the first reason of what is not complete */
};
enum etl_status request_journal_count(struct request_journal *q, struct str report, struct arena *mem,
                                      struct question_counts *out, struct err *err);
/* Names of fields that no column takes, as they are met. */
enum etl_status request_journal_extra_add(struct request_journal *q, struct str table, struct str name,
                                          struct err *err);
enum etl_status request_journal_extras(struct request_journal *q, struct str table, struct arena *mem, struct str **out,
                                       size_t *count, struct err *err);

#endif
