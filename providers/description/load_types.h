/* providers/description/load_types.h - rules and types of a description: what a value must be. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_TYPES_H
#define PROVIDERS_DESCRIPTION_LOAD_TYPES_H

#include "providers/description/description_reader.h"

void read_rules(struct description_reader *r, const struct yaml *node);
void read_types(struct description_reader *r, const struct yaml *node);
/* Each role that a rule asks for is some type's. */
void check_roles(struct description_reader *r, const struct yaml *rules);

#endif
