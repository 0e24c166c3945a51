/* formats/csv/csv_block.h - the records of a block of CSV: split, decoded, counted, on any thread.
 *
 * Lifetime  as record_reader.h says; what all blocks share outlives them. Private to formats. */
#ifndef FORMATS_CSV_CSV_BLOCK_H
#define FORMATS_CSV_CSV_BLOCK_H

#include "formats/csv/csv_input.h"
#include "formats/record_reader.h"

struct csv_layout { /* what all blocks of an input share */
    struct csv_dialect dialect;
    struct csv_form    form;
    struct str        *columns;
    size_t             column_count, max_record;
};
struct csv_block {
    struct record_block      base;
    const struct csv_layout *layout;
    void                    *owner; /* the reader, whose list of free blocks it goes back to */
    struct csv_block        *next_free;
    char                    *bytes;
    size_t                   len, cap;
    uint64_t                 offset, line; /* of the first byte */
    bool                     at_end;       /* the input's last block: a last line without line end is a record */
    bool                     has_nul, has_quote;
    bool                     too_long; /* no bytes: here was a record longer than max_record */
    /* while its records are read */
    const char  *at;
    uint64_t     at_line, at_offset, number, empty_lines;
    struct arena cells, texts;
};
struct csv_block *csv_block_new(const struct record_style *style, const struct csv_layout *layout, void *owner);
void              csv_block_free(struct csv_block *b);
/* Copies the carry's first `len` bytes, which are whole records. */
void csv_block_fill(struct csv_block *b, const struct csv_input *in, size_t len, bool at_end);
/* Rows of the reader's record_style. */
enum etl_status csv_block_next(struct record_block *block, struct record *out, bool *is_damaged, struct err *err);
uint64_t        csv_block_empty_lines(const struct record_block *block);
/* One record from its bytes, as UTF-8; its cells live in `mem`. */
enum etl_status csv_block_again(const struct csv_layout *layout, struct str text, struct arena *mem, struct record *out,
                                struct err *err);

#endif
