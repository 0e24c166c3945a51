/* providers/description/load_lookups.h - what names other commands or reports, so that it is read when all of them are there: verify, test, finds, lists. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_LOOKUPS_H
#define PROVIDERS_DESCRIPTION_LOAD_LOOKUPS_H

#include "providers/description/node_reader.h"

void link_commands(struct reading *r, const struct yaml *node);

#endif
