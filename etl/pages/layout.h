/* etl/pages/layout.h - lays out a page for people: padded, wrapped, labelled; numbers and durations as people read them.
 *
 * Widths are in code points; a page is 110 wide. */
#ifndef ETL_PAGES_LAYOUT_H
#define ETL_PAGES_LAYOUT_H

#include "etl/core/buf.h"

void layout_padded(struct buf *out, struct str text, size_t width);
/* The words of `text`, wrapped. The first line already has `used` columns; every further line begins with `indent` blanks. */
void layout_wrapped(struct buf *out, struct str text, size_t used, size_t indent);
void layout_paragraph(struct buf *out, struct str text, size_t indent);
/* "  label       text …" */
void layout_labelled(struct buf *out, struct str label, size_t width, struct str text);
/* "9,412" */
void layout_number(struct buf *out, uint64_t n);
/* "about 8 min" */
void layout_duration(struct buf *out, uint64_t seconds);

#endif
