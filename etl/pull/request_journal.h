/* etl/pull/request_journal.h - the requests of a pull and what came of each, durable in the work folder: an interrupted pull continues from it.
 *
 * Numbers   entries are numbered as they are added; their answers become rows in this order.
 * Durable   an entry that request_journal_settle() wrote is on the disk before the next one is settled. The answers themselves are
 *           files (stored_answer.h); a digest in the entry tells whether a file is what was settled.
 * Memory    does not grow with the entries.
 * Threads   one owner.
 * Errors    ETL_AGAIN: the disk is full, or another pull holds it; ETL_FAIL: damaged, or of a different pull. */
#ifndef ETL_PULL_REQUEST_JOURNAL_H
#define ETL_PULL_REQUEST_JOURNAL_H

#include "etl/core/err.h"

enum entry_state { ENTRY_OPEN, ENTRY_COMPLETE, ENTRY_UNPROVEN, ENTRY_INCOMPLETE };

struct request_journal;
/* identity: what two commands must have in common to continue one pull; a folder with a different one is refused. */
enum etl_status request_journal_open(const char *path, struct str identity, struct request_journal **out,
                                     struct err *err);
void            request_journal_close(struct request_journal *q);

struct journal_entry {
    uint64_t         number;
    struct str       params, row; /* JSON objects: the command's parameters; the row it is asked for */
    enum entry_state state;
    uint64_t         records, repairs, offset, bytes;
    struct str       file, digest, print, why; /* print: SHA-256 of what came, before secrets were taken out */
};
/* An entry with the same parameters stays as it is. */
enum etl_status request_journal_add(struct request_journal *q, struct str report, struct str params, struct str row,
                                    struct err *err);
/* The first entry in this state with a number above `after`, or ETL_END. Its texts live in `mem`. */
enum etl_status request_journal_next(struct request_journal *q, struct str report, enum entry_state state,
                                     uint64_t after, struct arena *mem, struct journal_entry *out, struct err *err);
/* The same in any state. */
enum etl_status request_journal_any(struct request_journal *q, struct str report, uint64_t after, struct arena *mem,
                                    struct journal_entry *out, struct err *err);
enum etl_status request_journal_settle(struct request_journal *q, const struct journal_entry *answer, struct err *err);
/* Incomplete entries become open: the next command asks them again. */
enum etl_status request_journal_reopen(struct request_journal *q, struct err *err);

struct journal_counts {
    uint64_t   asked, by_state[4], records, repairs;
    struct str why; /* of the first entry that is not complete */
};
enum etl_status request_journal_count(struct request_journal *q, struct str report, struct arena *mem,
                                      struct journal_counts *out, struct err *err);
/* Names of fields that no column of the table takes. */
enum etl_status request_journal_extra_add(struct request_journal *q, struct str table, struct str name,
                                          struct err *err);
enum etl_status request_journal_extras(struct request_journal *q, struct str table, struct arena *mem, struct str **out,
                                       size_t *count, struct err *err);

#endif
