/* tests/sim/crash.h - the steps of a life, and the one at which it is killed.
 *
 * A step is an instant after which something outside the process differs: a request starts, an answer comes, the ledger's file is written,
 * cut or synced (disk.h), any other file is changed (files_step.c). Claims and settlements are in memory until their commit writes them, so a kill between two steps is the same as a
 * kill at the later one. */
#ifndef TESTS_SIM_CRASH_H
#define TESTS_SIM_CRASH_H

#include <signal.h>

#include "tests/sim/world.h"

enum { EXIT_KILLED = 99, EXIT_ENDLESS = 98 };

/* SIGTERM, as a life sees it. */
extern volatile sig_atomic_t crash_stop_asked;

/* From here on steps count, in this process. */
void crash_begin(struct world *w);
/* May not come back: the process ends here as by SIGKILL, or as by a power cut. */
void crash_step(const char *what);

#endif
