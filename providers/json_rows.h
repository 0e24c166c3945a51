/* providers/json_rows.h - the records of an answer in JSON as they come; reply_json.c plugs it in. Private to providers. */
#ifndef PROVIDERS_JSON_ROWS_H
#define PROVIDERS_JSON_ROWS_H

#include "providers/rows.h"

extern const struct row_parser json_rows;

#endif
