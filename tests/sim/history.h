/* tests/sim/history.h - the history of a world: planned once, then life after life, until all is over. */
#ifndef TESTS_SIM_HISTORY_H
#define TESTS_SIM_HISTORY_H

#include "tests/sim/checks.h"

/* Lives it through. false: it could not begin. */
bool history_run(struct world *w, const char *base, const char *files);

#endif
