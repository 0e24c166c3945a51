/* formats/record_reader.h - what every reader of records can do, whatever it reads: csv_reader.h, json_reader.h.
 *
 * Two steps, so that all cores can work: record_reader_block() cuts the input into blocks of whole records, in order, by one
 * thread at a time; record_block_next() takes a block's records apart, on any thread.
 *
 * Lifetime  a record lives as long as its block. A block belongs to whoever got it, and goes before the reader. */
#ifndef FORMATS_RECORD_READER_H
#define FORMATS_RECORD_READER_H

#include "etl/core/arena.h"
#include "etl/core/err.h"
#include "etl/core/record.h"

struct record_reader { /* the first member of a reader */
    const struct record_style *style;
};
struct record_block { /* the first member of its blocks */
    const struct record_style *style;
};
struct record_style { /* one row a format */
    const char *name; /* "csv" */
    enum etl_status (*block)(struct record_reader *r, struct record_block **out, struct err *err);
    enum etl_status (*next)(struct record_block *b, struct record *out, bool *is_damaged, struct err *err);
    uint64_t (*empty_lines)(const struct record_block *b);
    void (*release)(struct record_block *b);
    enum etl_status (*again)(struct record_reader *r, struct str bytes, struct arena *mem, struct record *out,
                             struct err *err);
    void (*close)(struct record_reader *r);
};

/* The next block; ETL_END after the last; ETL_UNREAD where the input cannot be read on. */
static inline enum etl_status record_reader_block(struct record_reader *r, struct record_block **out, struct err *err)
{
    return r->style->block(r, out, err);
}
/* The next record of the block: ETL_OK; ETL_END; ETL_REJECT with err.line, rule and text, where raw, line, offset and number are
 * set: is_damaged tells a record that is none (broken, wrong bytes, too long: rule damaged-*). */
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
/* One record again from the input's bytes (a parent row, `explain`): those at record.offset, record.length of them. Cells in
 * `mem`; ETL_REJECT where no record stands there. Any thread. */
static inline enum etl_status record_again(struct record_reader *r, struct str bytes, struct arena *mem,
                                           struct record *out, struct err *err)
{
    return r->style->again(r, bytes, mem, out, err);
}
static inline void record_reader_close(struct record_reader *r) /* after all its blocks; NULL is fine */
{
    if (r != NULL)
        r->style->close(r);
}

#endif
