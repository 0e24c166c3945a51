/* etl/connection/pace.h - how many requests may begin now: so many a second, and none during a pause.
 *
 * Unused allowance is kept for a tenth of a second and no longer. Time is monotonic, in ms, and comes in as an argument. */
#ifndef ETL_CONNECTION_PACE_H
#define ETL_CONNECTION_PACE_H

#include "etl/core/system/random.h"

struct pace {
    uint32_t per_second;
    double   allowed; /* requests */
    uint64_t allowed_at_ms, pause_until_ms;
};
struct pace pace_from(uint32_t per_second, uint64_t now_ms);
size_t      pace_allows(struct pace *p, uint64_t now_ms);
/* One request begins. */
void pace_take(struct pace *p);
/* In how many ms one may begin; 0: now. */
uint64_t pace_pause_ms(struct pace *p, uint64_t now_ms);
/* No request before until_ms. The later of two such times holds. */
void pace_hold(struct pace *p, uint64_t until_ms);
/* How long to wait after so many failures in a row (1 …). Half of the time is chance, so that requests that failed together do not come back
 * together. */
uint64_t pace_backoff_ms(struct random *random, unsigned failures);

#endif
