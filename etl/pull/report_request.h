/* etl/pull/report_request.h - one request to a report: the values it is sent with and the row it was made for; and both as the JSON
 * objects that the journal keeps. */
#ifndef ETL_PULL_REPORT_REQUEST_H
#define ETL_PULL_REPORT_REQUEST_H

#include "providers/model/provider.h"

struct report_request {
    const struct value      *values; /* by report->command's parameters */
    const struct pair_value *row;    /* "row.customer_id": what `set:` may take from the row it was made for */
    size_t                   row_count;
};
/* {"name":"value",…} in the pairs' order. */
struct str report_request_text(const struct pair_value *pairs, size_t count, struct arena *mem);
/* params, row: two such texts. A parameter that the command no longer has is left out. ETL_FAIL: no JSON. */
enum etl_status report_request_read(const struct report *report, struct str params, struct str row, struct arena *mem,
                                    struct report_request *out, struct err *err);

#endif
