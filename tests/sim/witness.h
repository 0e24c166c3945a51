/* tests/sim/witness.h - looks into a life's ledger from beside it, through a connection of its own, at the moment when a write starts.
 *
 * Lifetime  opened at the first write of a life, closed before the life closes its ledger, so that it keeps no log from being emptied. */
#ifndef TESTS_SIM_WITNESS_H
#define TESTS_SIM_WITNESS_H

#include "etl/ledger/ledger.h"
#include "tests/sim/world.h"

struct witness;
struct witness *witness_open(struct world *w);
/* The ledger must have this call as `sending`, durable, and those before it in its lane as done. */
void witness_look(struct witness *t, int call);
void witness_close(struct witness *t); /* NULL is fine */

/* Which call of the script each row of a ledger is: by lane, command, and the how-manieth of its kind. -1: none, it is a stranger. */
struct script_index {
    struct world *world;
    unsigned      seen[LANES_MAX][WRITES];
};
int script_call_of(struct script_index *index, const struct ledger_row *row);

#endif
