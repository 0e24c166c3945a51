/* etl/apply/lane_selection.h - which lanes a command works on: --only FILE, --skip FILE (lane keys, one a line), --limit N.
 *
 * Memory   one bit a lane.
 * Findings  a key that no lane has is a warning: a misspelt key in --skip would let its lane be sent. */
#ifndef ETL_APPLY_LANE_SELECTION_H
#define ETL_APPLY_LANE_SELECTION_H

#include "etl/ledger/ledger.h"

struct lane_selection { /* bits NULL: all lanes */
    unsigned char *bits;
    uint64_t       lanes;
};
struct lane_selection_options {
    const char *only, *skip; /* or NULL */
    uint64_t    limit;       /* the first so many of those; 0: all */
};
/* Unknown keys go to `faults` as warnings, the first 20 of a file by name. ETL_FAIL: a file cannot be read, or no lane is left. */
enum etl_status lane_selection_make(struct ledger *l, const struct lane_selection_options *o, struct arena *mem,
                                    struct lane_selection *out, struct findings *faults, struct err *err);
bool            lane_selection_has(const struct lane_selection *s,
                                   uint64_t                     lane); /* the calls of before: and after: are always in it */

#endif
