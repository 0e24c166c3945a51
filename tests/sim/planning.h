/* tests/sim/planning.h - the run is planned: in processes of their own, which may be killed; the same command again must get it done.
 *
 * A plan is threads and files only; it asks nobody and waits for nothing, so its lives take no time. */
#ifndef TESTS_SIM_PLANNING_H
#define TESTS_SIM_PLANNING_H

#include "tests/sim/world.h"

/* false: there is no plan, and it was said why. */
bool planning_run(struct world *w, const char *files);

#endif
