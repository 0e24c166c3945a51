/* etl/language/filter_table.h - all filters by name. */
#ifndef ETL_LANGUAGE_FILTER_TABLE_H
#define ETL_LANGUAGE_FILTER_TABLE_H

#include "etl/language/filter.h"

extern const struct filter *const filters[];                     /* NULL ends it */
const struct filter              *filter_named(struct str name); /* NULL: there is none */

#endif
