/* etl/extract/record_source.h - what a plan reads, as one interface: records, each with its change and what it was before.
 *
 * A plain extract (file_source.h: a file, or an archive's table) yields every record as added. A source that compares two extracts yields
 * changed and removed records too, with the old record; the calls of a mapping pick theirs by on:.
 *
 * Two steps, so that all cores can work: record_source_block() cuts the next block, in order, one thread at a time; record_source_next()
 * takes a block's records apart, on any thread.
 *
 * Lifetime  a record and its old record live as long as their block. A block belongs to whoever got it, is released by
 *           record_block_release(), and goes before its source. */
#ifndef ETL_EXTRACT_RECORD_SOURCE_H
#define ETL_EXTRACT_RECORD_SOURCE_H

#include "etl/core/arena.h"
#include "etl/core/err.h"
#include "etl/core/record.h"
#include "formats/record_reader.h"

struct record_source { /* the first member of a source */
    const struct record_source_style *style;
};
struct source_record {
    struct record        record;
    enum record_change   change;
    const struct record *old;        /* of a changed or removed record; else NULL */
    bool                 is_damaged; /* no record: broken quotes, wrong bytes, too long */
};
struct record_source_style {
    const char *(*name)(const struct record_source *s);
    enum etl_status (*block)(struct record_source *s, struct record_block **out, struct err *err);
    enum etl_status (*next)(struct record_source *s, struct record_block *b, struct source_record *out,
                            struct err *err);
    enum etl_status (*again)(struct record_source *s, uint64_t offset, uint64_t length, struct arena *mem,
                             struct record *out, struct err *err);
    enum etl_status (*rewind)(struct record_source *s, struct err *err);
    void (*close)(struct record_source *s);
};

static inline const char *record_source_name(const struct record_source *s) /* "customers.csv", for messages */
{
    return s->style->name(s);
}
/* The next block; ETL_END after the last; ETL_UNREAD where the source cannot be read on. */
static inline enum etl_status record_source_block(struct record_source *s, struct record_block **out, struct err *err)
{
    return s->style->block(s, out, err);
}
/* The next record of the block: ETL_OK; ETL_END; ETL_REJECT, with its place set, where it is damaged or has the wrong number of cells. */
static inline enum etl_status record_source_next(struct record_source *s, struct record_block *b,
                                                 struct source_record *out, struct err *err)
{
    return s->style->next(s, b, out, err);
}
/* One record again, by its place: a parent's row. Lives in `mem`. Any thread, if the source was opened to keep its rows. */
static inline enum etl_status record_source_again(struct record_source *s, uint64_t offset, uint64_t length,
                                                  struct arena *mem, struct record *out, struct err *err)
{
    return s->style->again(s, offset, length, mem, out, err);
}
/* Back to the first record, for another pass. After all its blocks are released. */
static inline enum etl_status record_source_rewind(struct record_source *s, struct err *err)
{
    return s->style->rewind(s, err);
}
static inline void record_source_close(struct record_source *s) /* NULL is fine */
{
    if (s != NULL)
        s->style->close(s);
}

#endif
