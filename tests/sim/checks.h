/* tests/sim/checks.h - what must hold: after each life, and when all is over.
 *
 *   never-twice                nothing is carried out a second time, but for what may be repeated (back_office.c)
 *   never-told-what-is-not-so  done was carried out; refused, failed, blocked and not sent were not
 *   books-balance              every planned call is counted once, in the ledger, in what apply says and in results.csv
 *   sending-is-durable         a call is `sending`, on the disk, before its request starts (witness.c)
 *   everything-ends            a life ends; after enough lives without faults nothing is left to send
 *   exit-is-true               "finished" is said only when nothing is left unsent without an outcome
 *   in-order                   a call starts when all before it in its lane are done, with the values that these yielded
 *   no-error-of-ours           no crash, no broken file, no request that was not planned */
#ifndef TESTS_SIM_CHECKS_H
#define TESTS_SIM_CHECKS_H

#include "tests/sim/world.h"

/* What the ledger said when it was looked at last, by call of the script. */
struct told {
    int      state[CALLS_MAX]; /* enum call_state; -1: the ledger does not have it */
    uint64_t by_state[8];
    bool     loaded; /* there is a ledger, and the plan is in it */
};

/* Looks at a copy, so that looking changes nothing. */
void checks_look(struct world *w, struct told *out);
/* Behind a life. before: what was told ahead of it. */
void checks_after_life(struct world *w, const struct told *before, const struct told *now);
/* Behind the last one, when nothing is under way any more. */
void checks_at_the_end(struct world *w, const struct told *now);

#endif
