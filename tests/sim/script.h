/* tests/sim/script.h - what a world begins with: the extract, the configuration, what the back office has, and the calls that must come of it.
 *
 * The calls are worked out here from what was written into the extract, and not from the plan: the plan is compared with them. */
#ifndef TESTS_SIM_SCRIPT_H
#define TESTS_SIM_SCRIPT_H

#include "tests/sim/world.h"

/* Makes the world's folder with all files in it. files: where provider.yaml is. false: it was said why not. */
bool script_make(struct world *w, const char *base, const char *files);
/* The path of a file of the world's folder. */
void script_path(const struct world *w, const char *name, char out[PATH]);

#endif
