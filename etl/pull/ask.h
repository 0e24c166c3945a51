/* etl/pull/ask.h - gets the requests of a report answered, several at a time, and the answers kept.
 *
 * What has no proof that it is whole is asked a second time: two answers that are equal to the byte prove each other.
 *
 * Errors  ETL_AGAIN: stopped; what was answered is in the journal. ETL_FAIL: the work folder cannot be written. */
#ifndef ETL_PULL_ASK_H
#define ETL_PULL_ASK_H

#include "etl/pull/pulled.h"

enum etl_status ask_report(struct pulled *p, size_t report, struct err *err);

#endif
