/* etl/core/embedded.h - files that stand inside the program: descriptions, stock mappings, schemas. */
#ifndef ETL_CORE_EMBEDDED_H
#define ETL_CORE_EMBEDDED_H

#include "etl/core/str.h"

struct embedded_file {
    const char *name; /* "ispn.yaml"; NULL ends the table */
    const char *begin, *end;
};
struct str embedded_find(const struct embedded_file *table, struct str name); /* STR_NONE if absent */

#endif
