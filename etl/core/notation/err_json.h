/* etl/core/notation/err_json.h - a finding as a JSON object, for programs. */
#ifndef ETL_CORE_NOTATION_ERR_JSON_H
#define ETL_CORE_NOTATION_ERR_JSON_H

#include "etl/core/err.h"
#include "etl/core/notation/json_writer.h"

/* {"severity":…,"file":…,"line":…,"column":…,"field":…,"rule":…,"message":…}; what is not known is left out. */
void err_json(struct json_writer *w, const struct err *err, enum severity severity);

#endif
