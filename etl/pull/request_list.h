/* etl/pull/request_list.h - which requests a report needs, put into the journal: one, or one for each value of `ask:`, each window of
 * days, each row of a table, each page.
 *
 * Repeats  a request that the journal has already stays as it is, so an interrupted pull may call this again.
 * Errors   those of the journal; ETL_FAIL too: a table or a form of the description that does not exist. */
#ifndef ETL_PULL_REQUEST_LIST_H
#define ETL_PULL_REQUEST_LIST_H

#include "etl/pull/pulled.h"

/* For a report that is asked for each row of a table, that table must lie in the work folder. */
enum etl_status request_list_add(struct pulled *p, const struct pulled_report *r, struct err *err);
/* The request behind a full page: the same one, with the next offset. Nothing, when the page was not full or the report has no pages. */
enum etl_status request_list_add_page(struct pulled *p, const struct pulled_report *pulled,
                                      const struct journal_entry *page, const struct report_request *request,
                                      struct err *err);

#endif
