/* providers/description/load_wires.h - wires of a description, and where a command is sent otherwise. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_WIRES_H
#define PROVIDERS_DESCRIPTION_LOAD_WIRES_H

#include "providers/description/description_reader.h"

void read_wires(struct description_reader *r, const struct yaml *root);
/* "PUT /customTableEntries", or "/API/{command}" alone: then the method stays as it is. */
void read_route(struct description_reader *r, const struct yaml *node, const char **method, struct text *path);

#endif
