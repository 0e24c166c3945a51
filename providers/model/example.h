/* providers/model/example.h - a command's example, as the call it stands for. */
#ifndef PROVIDERS_MODEL_EXAMPLE_H
#define PROVIDERS_MODEL_EXAMPLE_H

#include "providers/model/provider.h"

/* The command, with the members of families that its example names; *values by its params, as a mapping would give them. Written
 * forms are not applied and rules not checked yet. */
const struct command *example_call(const struct command *c, struct arena *mem, struct value **values);

#endif
