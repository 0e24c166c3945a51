/* providers/description/load_params.h - parameters of a command: their types, names on the wire, dangers, families. */
#ifndef PROVIDERS_DESCRIPTION_LOAD_PARAMS_H
#define PROVIDERS_DESCRIPTION_LOAD_PARAMS_H

#include "providers/description/description_reader.h"

void read_params(struct description_reader *r, const struct yaml *node, struct command *c);
/* The parameter that fills the {place} of the command's wire name; after read_params(). */
void     find_name_param(struct description_reader *r, const struct yaml *node, struct command *c);
unsigned read_dangers(struct description_reader *r, const struct yaml *node); /* [cuts, spends] as bits */

#endif
