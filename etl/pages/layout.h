/* etl/pages/layout.h - how a page for people is laid out: padded, wrapped, labelled. Widths are in code points. */
#ifndef ETL_PAGES_LAYOUT_H
#define ETL_PAGES_LAYOUT_H

#include "etl/core/buf.h"

void page_padded(struct buf *out, struct str text, size_t width);
/* The words of `text`, wrapped, each further line after `indent` blanks; the first one continues a line that has `used` columns. */
void page_wrapped(struct buf *out, struct str text, size_t used, size_t indent);
void page_paragraph(struct buf *out, struct str text, size_t indent);
/* "  label       text …" */
void page_labelled(struct buf *out, struct str label, size_t width, struct str text);
/* "9,412" */
void page_number(struct buf *out, uint64_t n);

#endif
