/* etl/pages/summary_json.h - members of the JSON summaries that test and apply write. */
#ifndef ETL_PAGES_SUMMARY_JSON_H
#define ETL_PAGES_SUMMARY_JSON_H

#include "etl/core/buf.h"
#include "etl/core/err.h"

/* `before` is what stands ahead of the value, such as ,"run": and so on. ptr NULL: null. */
void json_text(struct buf *out, const char *before, struct str value);
/* ,"stopped":{"rule":…,"message":…}, or null when err has no text. */
void json_stopped(struct buf *out, const struct err *err);

#endif
