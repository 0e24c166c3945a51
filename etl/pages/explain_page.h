/* etl/pages/explain_page.h - one subscriber of a run, for people and for programs. Secret values are masked. */
#ifndef ETL_PAGES_EXPLAIN_PAGE_H
#define ETL_PAGES_EXPLAIN_PAGE_H

#include "etl/pages/explanation.h"

void explain_page(const struct explanation *x, struct arena *mem, struct buf *out);
void explain_json(const struct explanation *x, struct arena *mem, struct buf *out);

#endif
