/* etl/plan/plan_writer.h - the files that planning writes line by line, under the seal: plan.jsonl and findings.jsonl.
 *
 * Lines go through three steps, so that only what must be in order is: plan_writer_number() gives a block's lines their places in the
 * file, in order; plan_lines_tag() computes their tags, on any thread; plan_writer_write() writes them, in order. A file gets its name
 * when all is well: plan.jsonl last of all.
 *
 * Threads  a plan_writer belongs to whoever has the turn; plan_lines to one block. */
#ifndef ETL_PLAN_PLAN_WRITER_H
#define ETL_PLAN_PLAN_WRITER_H

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/sha256.h"
#include "etl/run/run_folder.h"
#include "etl/run/seal.h"

struct plan_writer {
    struct atomic_file  file;
    struct sealed_file *sealed; /* its table */
    struct seal        *seal;
    struct sha256      *digest;   /* NULL: nobody asks for a plain digest */
    uint64_t            numbered; /* blocks that have their place */
};
/* The lines of one block of records, on their way into a file. */
struct plan_lines {
    struct str lines;
    uint64_t   first; /* number of their first sealed block */
    struct plan_piece {
        size_t        length;
        unsigned char tag[BLOCK_TAG_BYTES];
    } * pieces;
    size_t count, cap;
};

/* Opens the file `name`, which the seal shall cover. */
enum etl_status plan_writer_open(struct plan_writer *o, const struct run_folder *r, struct seal *seal, const char *name,
                                 const char *format, struct err *err);
/* Begins anew with an empty file of the same name and place in the seal. The tags of the old one must never have been written down. */
enum etl_status plan_writer_again(struct plan_writer *o, const struct run_folder *r, struct err *err);
void            plan_writer_digest(struct plan_writer *o); /* its plain SHA-256 is wanted, too */
void            plan_writer_number(struct plan_writer *o, struct plan_lines *l, struct str lines);
void            plan_lines_tag(struct plan_lines *l, const struct plan_writer *o, struct block_tagger *tagger);
enum etl_status plan_writer_write(struct plan_writer *o, const struct plan_lines *l, struct err *err);
void            plan_lines_release(struct plan_lines *l);
/* All three steps at once, for a few lines. */
enum etl_status plan_writer_put(struct plan_writer *o, struct str lines, struct err *err);
enum etl_status plan_writer_commit(struct plan_writer *o, struct err *err);
void            plan_writer_drop(struct plan_writer *o);

#endif
