/* etl/pages/summary_json.h - what the JSON summaries of test and apply have in common: how they begin and end. */
#ifndef ETL_PAGES_SUMMARY_JSON_H
#define ETL_PAGES_SUMMARY_JSON_H

#include "etl/connection/connection.h"
#include "etl/core/err.h"
#include "etl/core/notation/json_writer.h"

/* {"command":…,"run":…,"connection":…,"provider":…,"live":… */
void summary_json_begin(struct json_writer *w, const char *command, const char *run, const struct connection *c);
/* "stopped":{"rule":…,"message":…}, or null when err has no text; "interrupted":…,"exit":…} and a line end. */
void summary_json_end(struct json_writer *w, const struct err *err, bool interrupted, int exit_code);

#endif
