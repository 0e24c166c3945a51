/* etl/core/system/state_path.c - where an installation keeps its state. */
#include "etl/core/system/state_path.h"

enum etl_status state_path(const char *below, char *out, size_t size, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    bool        has_state = state != NULL && state[0] == '/';
    int         n;

    if (!has_state && (home == NULL || home[0] != '/'))
        return err_set(err, ETL_FAIL, "state-place", "neither XDG_STATE_HOME nor HOME is set");
    n = snprintf(out, size, "%s%s/subferry%s%s", has_state ? state : home, has_state ? "" : "/.local/state",
                 below[0] != '\0' ? "/" : "", below);
    if (n < 0 || (size_t)n >= size)
        return err_set(err, ETL_FAIL, "state-place", "the path of the state folder is too long");
    return ETL_OK;
}
