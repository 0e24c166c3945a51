/* etl/pages/next_command.h - the command that comes next for a run, whole, as a shell takes it; and what it is for. */
#ifndef ETL_PAGES_NEXT_COMMAND_H
#define ETL_PAGES_NEXT_COMMAND_H

#include "etl/pages/run_status.h"

struct next_command {
    struct str command; /* ptr NULL: there is none, `why` says why */
    struct str why;
    struct str then; /* the command behind it, where it is known already; or ptr NULL */
};
/* config_typed: -c FILE as it was given, or NULL. Texts live in `mem`. */
void next_command_find(const struct run_status *s, const struct config *config, const char *config_typed,
                       struct arena *mem, struct next_command *out);

#endif
