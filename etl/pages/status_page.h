/* etl/pages/status_page.h - where a run stands and what comes next, for people and for programs. */
#ifndef ETL_PAGES_STATUS_PAGE_H
#define ETL_PAGES_STATUS_PAGE_H

#include "etl/pages/next_command.h"

void status_page(const struct run_status *s, const struct next_command *next, struct buf *out);
void status_json(const struct run_status *s, const struct next_command *next, struct buf *out);

#endif
