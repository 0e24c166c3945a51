/* formats/record_reader.h - what every reader of records can do, whatever the format: csv_reader.h, json_reader.h.
 *
 * Threads   two steps, so that all cores can work: record_reader_block() cuts the input into blocks of whole records, in order, on one
 *           thread at a time; record_block_next() gives a block's records, on any thread.
 * Lifetime  a record lives as long as its block. A block belongs to whoever got it, and is released before the reader is closed. */
#ifndef FORMATS_RECORD_READER_H
#define FORMATS_RECORD_READER_H

#include "etl/core/arena.h"
#include "etl/core/err.h"
#include "etl/core/record.h"

struct record_reader { /* the first member of every reader */
    const struct record_style *style;
};
struct record_block { /* the first member of every block */
    const struct record_style *style;
};
struct record_style { /* one row for each format */
    const char *name; /* "csv" */
    enum etl_status (*cut)(struct record_reader *r, struct record_block **out, struct err *err);
    enum etl_status (*next)(struct record_block *b, struct record *out, bool *is_damaged, struct err *err);
    uint64_t (*empty_lines)(const struct record_block *b);
    void (*release)(struct record_block *b);
    enum etl_status (*again)(struct record_reader *r, struct str bytes, struct arena *mem, struct record *out,
                             struct err *err);
    void (*close)(struct record_reader *r);
};

/* The next block. ETL_END: there is none; ETL_UNREAD: the input cannot be read any further. */
static inline enum etl_status record_reader_block(struct record_reader *r, struct record_block **out, struct err *err)
{
    return r->style->cut(r, out, err);
}
/* The next record of the block; ETL_END: there is none. ETL_REJECT with err.line, rule and text: raw, line, offset and number are set;
 * is_damaged: what stands there is not a record (broken, wrong bytes, too long: rule damaged-*). */
static inline enum etl_status record_block_next(struct record_block *b, struct record *out, bool *is_damaged,
                                                struct err *err)
{
    return b->style->next(b, out, is_damaged, err);
}
static inline uint64_t record_block_empty_lines(const struct record_block *b)
{
    return b->style->empty_lines(b);
}
static inline void record_block_release(struct record_block *b) /* NULL is fine */
{
    if (b != NULL)
        b->style->release(b);
}
/* Reads one record again, for a parent row or `explain`: `bytes` are the input's record.length bytes at record.offset. Its cells live in
 * `mem`. ETL_REJECT: they are not a record. Any thread. */
static inline enum etl_status record_again(struct record_reader *r, struct str bytes, struct arena *mem,
                                           struct record *out, struct err *err)
{
    return r->style->again(r, bytes, mem, out, err);
}
static inline void record_reader_close(struct record_reader *r) /* after its blocks are released; NULL is fine */
{
    if (r != NULL)
        r->style->close(r);
}

#endif
