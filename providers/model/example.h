/* providers/model/example.h - a command's example, as the call it stands for. */
#ifndef PROVIDERS_MODEL_EXAMPLE_H
#define PROVIDERS_MODEL_EXAMPLE_H

#include "providers/model/provider.h"

/* The command, with the members of families that its example names; *values by its params, as a mapping would give them: written
 * forms and rules are still to come. */
const struct command *example_call(const struct command *c, struct arena *mem, struct value **values);

#endif
