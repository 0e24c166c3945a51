/* etl/core/system/state_path.h - where an installation keeps its state: $XDG_STATE_HOME/subferry, by default ~/.local/state/subferry.
 *
 * The key, the accounts' locks and the history of plans lie in it.
 * Errors  ETL_FAIL: neither XDG_STATE_HOME nor HOME is an absolute path, or the path is too long for `out`. */
#ifndef ETL_CORE_SYSTEM_STATE_PATH_H
#define ETL_CORE_SYSTEM_STATE_PATH_H

#include "etl/core/err.h"

/* "…/subferry/key"; below "" is the folder itself. Nothing is made. */
enum etl_status state_path(const char *below, char *out, size_t size, struct err *err);

#endif
