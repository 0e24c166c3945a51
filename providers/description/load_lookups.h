/* providers/description/load_lookups.h - parts of a command that name other commands or reports: verify, test, finds, lists. Read when all of those are there. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_LOOKUPS_H
#define PROVIDERS_DESCRIPTION_LOAD_LOOKUPS_H

#include "providers/description/description_reader.h"

void link_commands(struct description_reader *r, const struct yaml *node);

#endif
