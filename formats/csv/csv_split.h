/* formats/csv/csv_split.h - where a CSV record ends and what its cells are. Cutting blocks and splitting records both use this one state
 * machine, so they cannot disagree. Private to formats. */
#ifndef FORMATS_CSV_CSV_SPLIT_H
#define FORMATS_CSV_CSV_SPLIT_H

#include "etl/core/arena.h"

enum { CSV_PADDING = 64 }; /* so many readable bytes must lie behind the end: it looks that far ahead */
struct csv_dialect {
    char delimiter, quote; /* quote 0: none */
    char newline;          /* '\n', or '\r' where lines end so */
};
enum csv_end {
    CSV_END_RECORD, /* *next is behind the line end */
    CSV_END_MORE,   /* the bytes end inside the record, outside quotes */
    CSV_END_OPEN,   /* the bytes end inside quotes; open_at tells where they opened */
    CSV_END_DAMAGED /* text after a closing quote: *next is behind that physical line */
};
struct csv_cells {
    struct str   *items; /* NULL: not wanted */
    size_t        count, cap;
    const char   *content_end; /* the record's end without its line end */
    const char   *open_at;
    struct arena *mem;      /* where items grow */
    struct arena *text_mem; /* where cells with doubled quotes are rewritten */
};
/* at_end: `end` is the end of the input, so a last line without a line end is a record. */
enum csv_end csv_split(const struct csv_dialect *d, const char *begin, const char *end, bool at_end,
                       struct csv_cells *cells, const char **next);

#endif
