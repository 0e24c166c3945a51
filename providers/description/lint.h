/* providers/description/lint.h - checks a loaded description by its own examples, for `provider lint` and the tests.
 *
 * Every rule must take its good examples and refuse its bad ones; a type's example must pass its rules; a command's example must be a call
 * that can be planned. What no command uses is a warning. */
#ifndef PROVIDERS_DESCRIPTION_LINT_H
#define PROVIDERS_DESCRIPTION_LINT_H

#include "providers/model/provider.h"

/* Faults at their lines and columns of the provider's source. today: what rules on dates go by. */
void provider_lint(const struct provider *p, struct str today, struct arena *mem, struct findings *faults);

#endif
