/* etl/pages/call_line.h - one planned call as a line: JSON for programs, words for people. Sealed values are not opened.
 *
 * {"id":"…","lane":"1001","from":"customers.csv:17","command":"addcust","as":"customer","effect":"create","state":"pending",
 *  "params":{"billid":"1001","pass":{"secret":true},"owner":{"ref":"customer.id"},"fax":null,"address":["12 High St"]}} */
#ifndef ETL_PAGES_CALL_LINE_H
#define ETL_PAGES_CALL_LINE_H

#include "etl/run/plan_calls.h"

void call_line_json(const struct planned_call *c, struct buf *out);
void call_line_text(const struct planned_call *c,
                    struct buf                *out); /* 1001  done  customer (addcust)  billid=1001 pass=(secret) */

#endif
