/* etl/plan/plan_writer.h - the files that planning writes line by line: plan.jsonl and findings.jsonl.
 *
 * plan_writer_record() and plan_writer_call() turn mapped calls into lines, on any thread; plan_writer_write() puts lines into the file in order
 * and takes their digest on the way. A file gets its name when all is well: plan.jsonl last of all.
 *
 * Threads  a plan_encoder belongs to one thread, a plan_out to who writes. */
#ifndef ETL_PLAN_PLAN_WRITER_H
#define ETL_PLAN_PLAN_WRITER_H

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/sha256.h"
#include "etl/mapping/mapper.h"
#include "etl/plan/digest_set.h"
#include "etl/run/run_folder.h"

struct plan_writer {
    struct atomic_file file;
    struct sha256     *digest;
    uint64_t           bytes, lines;
};
enum etl_status plan_writer_open(struct plan_writer *o, const struct run_folder *r, const char *name, struct err *err);
enum etl_status plan_writer_write(struct plan_writer *o, struct str lines, struct err *err);
enum etl_status plan_writer_commit(struct plan_writer *o, struct hex256 *digest, struct err *err);
void            plan_writer_drop(struct plan_writer *o);

enum { PLAN_ID_BYTES = 32, PLAN_ID_AT = 7 }; /* a line begins {"id":"…32 hex…" */

struct plan_encoder;
struct plan_encoder *plan_encoder_new(const struct mapping *m, const struct key *key);
void                 plan_encoder_free(struct plan_encoder *e);
/* The record whose calls come next. `from` is "customers.csv:17"; `lane` lives until the last of them. */
void plan_writer_record(struct plan_encoder *e, struct str lane, struct digest lane_id, struct str from,
                        uint64_t record_number);
/* Appends the call's line with its newline; seq as plan_line.h defines it. */
void plan_writer_call(struct plan_encoder *e, const struct mapped_call *call, struct buf *out);
/* What a call's id begins with: the lane; then the call's name and occurrence go in. The same on every machine. */
struct digest plan_lane_id(struct str lane);
void          plan_id(struct digest lane_id, struct str as, uint32_t occurrence, char out[PLAN_ID_BYTES]);

/* One line of findings.jsonl. */
void plan_writer_finding(struct buf *out, const char *input, struct str where, struct str lane, uint64_t offset,
                         const struct err *err, enum severity severity);

#endif
