/* tests/sim/network.h - the network: in place of etl/connection/transfer.c, which stays out of the link.
 *
 * Every start of a write is a moment of proof: the ledger must have its call as `sending`, on the disk, and all calls before it in its lane
 * as done (witness.h). */
#ifndef TESTS_SIM_NETWORK_H
#define TESTS_SIM_NETWORK_H

#include "tests/sim/world.h"

/* The network of this process belongs to this world. */
void network_begin(struct world *w);
/* A request reaches the back office. Its sender gets the answer if it still lives and waits. */
void network_arrived(struct world *w, const struct under_way *u);

#endif
