/* etl/pull/shrink_guard.h - stops a pull whose tables are much smaller than in an earlier archive: records may be missing. */
#ifndef ETL_PULL_SHRINK_GUARD_H
#define ETL_PULL_SHRINK_GUARD_H

#include "etl/pull/pulled.h"

/* ETL_GUARD: a table lost more than 2 % of its rows and options->accept_shrink was not given. Without options->against: ETL_OK. */
enum etl_status shrink_guard_check(const struct pulled *p, struct err *err);

#endif
