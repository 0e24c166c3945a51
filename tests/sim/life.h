/* tests/sim/life.h - one life: a process that opens the run, applies it, and ends, or is killed. And what is done to its folder between two.
 *
 * Nothing of a life stays but the world and the files: a forked process that leaves by _exit() has no chance to clean up. */
#ifndef TESTS_SIM_LIFE_H
#define TESTS_SIM_LIFE_H

#include "tests/sim/world.h"

/* Lives the life that w->life describes, to its end: live() in a process of its own, which it leaves by _exit(). */
void life_run(struct world *w, void (*live)(struct world *w));
void life_apply(struct world *w); /* the life of a command that applies the run */

/* ---- between lives ---- */
void folder_copy(struct world *w); /* a backup of the run folder */
void folder_restore(struct world *w);
bool folder_has_copy(const struct world *w);
/* The ledger is gone: the whole of it, or only its log, which holds what the last life wrote. */
void folder_lose_ledger(struct world *w, bool log_only);

#endif
