/* tests/sim/back_office.h - the simulated provider: what it has, what it does when asked, and what it answers.
 *
 * What it did because of each call is written down beside the call (struct sim_call): that is the truth that the checks compare with. */
#ifndef TESTS_SIM_BACK_OFFICE_H
#define TESTS_SIM_BACK_OFFICE_H

#include "etl/core/buf.h"
#include "tests/sim/world.h"

/* A thing that was there before us. */
void back_office_put(struct world *w, enum thing_kind kind, const char *key, const char *pass);
/* Does what is asked, and answers. late: who asked has given up. */
void back_office_act(struct world *w, const struct under_way *u, bool late, struct buf *answer);
/* What it has under this key now; NULL: nothing. */
const struct thing *back_office_find(const struct world *w, enum thing_kind kind, const char *key);

#endif
