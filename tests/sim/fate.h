/* tests/sim/fate.h - what can befall a request on its way to the back office and back. One row each; a seed decides how often each happens. */
#ifndef TESTS_SIM_FATE_H
#define TESTS_SIM_FATE_H

#include "tests/sim/world.h"

/* When the back office acts on it. */
enum fate_act { ACT_NEVER, ACT_SOON, ACT_SLOWLY, ACT_TOO_LATE };
/* What its sender gets to see. */
enum fate_end {
    END_ANSWER,  /* a whole answer */
    END_REFUSED, /* no connection: no byte leaves */
    END_RESET,   /* the connection breaks */
    END_SILENCE  /* nothing, until its patience ends */
};
struct fate_row {
    const char   *name;
    bool          of_writes, of_reads;
    enum fate_act act;
    enum fate_end end;
    int           status;  /* 0: 200 */
    const char   *headers; /* or NULL */
    const char   *type;    /* content type; NULL: text/plain */
    const char   *body;    /* in place of the back office's; NULL: that */
};
extern const struct fate_row fates[FATES];

/* How often each befalls requests of this world: most never, some often. */
void fate_draw_rates(struct world *w);
/* The fate of one request. */
enum fate fate_draw(struct world *w, const struct asked *asked);

#endif
