/* etl/run/sealed_file.h - a file of the run folder under its seal: blocks, each with a tag, verified whole whenever one is read.
 *
 * A block is at most SEALED_BLOCK_BYTES of whole lines (a longer line is a block by itself), so that one line can be read again and verified at
 * the price of one block. The table of blocks stands in seal.json (seal.h), which the seal's MAC covers: a byte that is changed, a block
 * that is moved, a tail that is cut or added is found by whoever reads it.
 *
 * Lifetime  a table lives in the arena that it grows in. Threads: tags are computed by whoever has a block_tagger of his own; the table grows
 *           in the order of the file, by one thread.
 * Errors    ETL_FAIL, rule "seal": the bytes are not those that were sealed; ETL_UNREAD: they cannot be read. */
#ifndef ETL_RUN_SEALED_FILE_H
#define ETL_RUN_SEALED_FILE_H

#include "etl/core/err.h"
#include "etl/secrets/run_key.h"

enum { SEALED_BLOCK_BYTES = 64 << 10 };

struct sealed_block {
    uint64_t      offset, length;
    unsigned char tag[BLOCK_TAG_BYTES];
};
struct sealed_file {
    struct str           name;   /* in the run folder: "plan.jsonl", "inputs/mapping.yaml" */
    struct str           format; /* "subferry plan 2" */
    uint32_t             number; /* its place in the seal, a part of each block's nonce */
    struct sealed_block *blocks;
    size_t               count, cap;
    uint64_t             bytes;
};

/* How many bytes of these lines the next block takes; 0: there are none. */
size_t sealed_file_cut(struct str lines);
/* Adds the next block of the file. */
void sealed_file_add(struct sealed_file *f, struct arena *mem, uint64_t length,
                     const unsigned char tag[BLOCK_TAG_BYTES]);
/* The block that this byte of the file stands in; f->count: it ends before. */
size_t sealed_file_block_at(const struct sealed_file *f, uint64_t offset);

/* Reads one block into `out`, whose old content goes, and verifies it; `out` is empty when it is not what was sealed. */
enum etl_status sealed_file_read_block(const struct sealed_file *f, int fd, size_t block, struct block_tagger *tagger,
                                       struct buf *out, struct err *err);
/* The whole file is what was sealed, and nothing stands behind it. `folder`: the run's. */
enum etl_status sealed_file_verify(const struct sealed_file *f, const char *folder, const struct run_key *key,
                                   struct err *err);
/* Reads a small file whole, verified. max: a ceiling, named in the error. */
enum etl_status sealed_file_read(const struct sealed_file *f, const char *folder, const struct run_key *key, size_t max,
                                 struct arena *mem, struct str *out, struct err *err);
/* Writes a small file, whole or not at all, and fills in its table. */
enum etl_status sealed_file_write(struct sealed_file *f, const char *folder, const struct run_key *key, struct str text,
                                  struct arena *mem, struct err *err);

#endif
