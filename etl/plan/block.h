/* etl/plan/block.h - a block of records on its way through the pipeline: what each stage adds to each record.
 *
 * Threads  a block belongs to one thread; the stages that need order are called by it in turn. */
#ifndef ETL_PLAN_BLOCK_H
#define ETL_PLAN_BLOCK_H

#include "etl/mapping/mapper.h"
#include "etl/plan/pipeline_state.h"
#include "etl/plan/plan_encoder.h"
#include "etl/plan/record_says.h"
#include "etl/secrets/sealer.h"

enum { BLOCK_STEPS_AHEAD = 12 }; /* records ahead, whose places in the sets of seen keys are fetched from memory */

struct call_line { /* a call in its record's line */
    size_t        begin, end;
    uint16_t      call; /* index in mapping->calls */
    uint8_t       dangers;
    bool          has_once;
    uint8_t       once_bit; /* of the call in the value's entry */
    struct digest once;
};
struct block_item { /* a record */
    struct source_record row;
    bool           misplaced;  /* too few or too many cells, and the input has secret columns: any cell may be secret */
    struct str     where;      /* "customers.csv:17" */
    struct str     lane;       /* ptr NULL: unknown */
    struct str     key;        /* the first unique value, to be known by; ptr NULL: what it says stands for it */
    uint64_t       says, copy; /* copy: 1 for the first that says this, 2 for the second */
    struct digest  lane_key, parent_key, nth_key;
    struct digest *uniques;
    uint64_t       nth, *counts;
    const struct record *parent;
    bool                 is_orphan; /* no accepted parent: accept rejects it, nothing is mapped */
    size_t begin, head_bytes;       /* its line in the block's output, and how much of it stands before the calls */
    struct call_line *lines;
    size_t            line_count;
    struct finding   *findings;
    size_t            finding_count;
    bool              rejected;
};
struct block {
    struct pipeline            *pipeline;
    struct pipeline_input      *in;
    const struct mapping_input *input;
    struct mapper              *mapper;
    struct plan_encoder        *encoder;
    struct sealer              *sealer;
    struct record_says         *says;
    struct block_tagger        *tagger;
    struct record_block        *records;
    struct arena                mem, row_mem; /* the block's, and one record's */
    struct block_item          *items;
    size_t                      count, cap;
    uint64_t                    first_number;   /* of its first record, over all inputs */
    struct buf                  out;            /* the lines of its records */
    size_t                      kept;           /* bytes of `out` that go into the plan, after accept */
    struct buf                  text;           /* findings, scratch */
    struct plan_lines           plan, findings; /* both on their way into their files */
    struct buf                  spill;          /* the lines from the first on that got longer; see accept.c */
    bool                        spills;
    struct stage_times         *times; /* its thread's; NULL: nobody asks */
    uint64_t                    read_offset;
};

void block_init(struct block *b, struct pipeline *p, struct pipeline_input *in);
void block_release(struct block *b);
void block_reset(struct block *b);

/* split + keys: records, their lanes and unique values. Any thread. */
void block_split(struct block *b);
/* number: nth, counts, parents. In order. */
enum etl_status block_number(struct block *b, struct err *err);
/* map + check + encode. Any thread. */
void block_map(struct block *b);
/* accept: which records are in, which are rejected; writes rejects. In order. */
enum etl_status block_accept(struct block *b, struct err *err);
/* seal: the tags of its lines. Any thread. */
void block_seal(struct block *b);
/* write: plan and findings. In order, while the next block is in accept. */
enum etl_status block_write(struct block *b, struct err *err);

/* Adds a finding to a record; an error rejects it. */
void item_find(struct block *b, struct block_item *item, enum severity severity, const struct err *err);
/* Adds a fault to a record, which is rejected for it. */
void item_reject(struct block *b, struct block_item *item, const char *field, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
