/* providers/description/lint.h - a description that loads is still judged by its own examples: they run here, for `provider lint` and the tests.
 *
 * Every rule says good and bad values and must agree with itself; a type's example must be one of its values; a command's example
 * must be a call that can be planned. What no command uses is told as a warning. */
#ifndef PROVIDERS_DESCRIPTION_LINT_H
#define PROVIDERS_DESCRIPTION_LINT_H

#include "providers/model/provider.h"

/* Faults at their lines and columns of the provider's source. today: what rules on dates go by. */
void provider_lint(const struct provider *p, struct str today, struct arena *mem, struct findings *faults);

#endif
