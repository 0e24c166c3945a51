/* tests/sim/known.h - failures that are expected: what the program is known to do wrong, by name, until it is mended.
 *
 * A violation is expected only if what happened to its call is what the row says. Whoever mends one takes its row out: over the fixed seeds
 * the simulator fails when a row's failure does not happen any more. */
#ifndef TESTS_SIM_KNOWN_H
#define TESTS_SIM_KNOWN_H

#include "tests/sim/world.h"

struct known {
    const char *name;
    bool (*is)(const struct world *w, const struct violation *v);
    const char *what;    /* happens */
    const char *promise; /* that it breaks */
};
extern const struct known known[];
extern const size_t       known_count;

/* The row that expects it; -1: none does. */
int known_find(const struct world *w, const struct violation *v);

#endif
