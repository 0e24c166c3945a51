/* etl/plan/plan_encoder.h - what planning found as lines: a record with its calls (plan_record.h), the plan's first line, a finding.
 *
 * A record's line is put together in pieces, since a call may still be dropped when it comes to it: its beginning, a piece a call, its end. What
 * stands between the calls belongs to the piece behind it: '[' before the first that stays, ',' before the others.
 *
 * Threads  a plan_encoder belongs to one thread. */
#ifndef ETL_PLAN_PLAN_ENCODER_H
#define ETL_PLAN_PLAN_ENCODER_H

#include "etl/mapping/mapper.h"
#include "etl/run/plan_record.h"
#include "etl/secrets/key.h"

struct plan_encoder;
struct plan_encoder *plan_encoder_new(const struct mapping *m, const struct key *key);
void                 plan_encoder_free(struct plan_encoder *e);
/* The calls of the mapping as the plan's first line names them. */
struct plan_head plan_encoder_head(const struct mapping *m, struct str version, struct arena *mem);

struct record_line {
    struct str lane, from; /* "customers.csv:17"; lane lives until the last call */
    struct str key;        /* ptr NULL: what it says stands instead; equal to the lane: neither */
    uint64_t   says;
};
void plan_encoder_begin(struct plan_encoder *e, const struct record_line *r, struct buf *out);
/* Which copy of a record that says the same it is, from 2 on: stands before the last member of what plan_encoder_begin() appended. */
void plan_encoder_copy(uint64_t copy, struct buf *out);
enum { CALLS_MEMBER_BYTES = sizeof ",\"calls\":" - 1 };
void plan_encoder_call(struct plan_encoder *e, const struct mapped_call *call, bool first, struct buf *out);
void plan_encoder_end(struct buf *out);
enum { RECORD_END_BYTES = 3 }; /* what plan_encoder_end() appends */

/* One line of findings.jsonl. offset: of the record in its extract; OFFSET_UNKNOWN: left out. */
#define OFFSET_UNKNOWN UINT64_MAX
void plan_encoder_finding(struct buf *out, const char *input, struct str where, struct str lane, uint64_t offset,
                          const struct err *err, enum severity severity);

#endif
