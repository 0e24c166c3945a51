/* etl/core/record.h - one row or object of an extract, with the place it came from.
 *
 * Lifetime  lent by a reader: cells and raw point into the reader's block and are good until the block
 *           is given back. Copy into an arena whatever has to live longer.
 * Text      cells are valid UTF-8, whatever the extract's encoding; raw holds the input's own bytes (UTF-16 as UTF-8). */
#ifndef ETL_CORE_RECORD_H
#define ETL_CORE_RECORD_H

#include "etl/core/str.h"

struct record_rows {           /* the elements of a list that stands in the record, for `each:` */
    const struct str *cells;   /* row by row, as many a row as the list has columns */
    const bool       *is_list; /* by cell, or NULL */
    size_t            count;   /* of rows */
};
/* Against an earlier extract of the same records. Where there is none, every record is added. */
enum record_change { RECORD_ADDED, RECORD_CHANGED, RECORD_REMOVED };

struct record {
    const struct str         *cells; /* by column; a column beyond count is absent, so is one whose ptr is NULL */
    size_t                    count;
    const bool               *is_list; /* by column: the cell is a list, as list.h writes it; NULL: none is */
    const struct record_rows *lists;   /* by the reader's lists; NULL where it has none */
    struct str                raw;     /* the record's bytes as they stood, without the line end */
    uint64_t                  line;    /* first physical line, 1-based */
    uint64_t                  offset;  /* of its first byte in the (unpacked) input */
    size_t                    length;  /* how many bytes it has there; raw.len, unless the reader transcoded (UTF-16) */
    uint64_t                  number;  /* 1-based among the records of its block, damaged ones included */
};

#endif
