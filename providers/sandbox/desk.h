/* providers/sandbox/desk.h - one provider being served: its address, its credentials, its rows, its numbers.
 *
 * Lifetime  the description and the credentials must outlive the desk.
 * Threads   what stands below `mutex` is guarded by it. */
#ifndef PROVIDERS_SANDBOX_DESK_H
#define PROVIDERS_SANDBOX_DESK_H

#include <pthread.h>

#include "providers/sandbox/entrance.h"
#include "providers/sandbox/store/counts.h"
#include "providers/sandbox/store/state.h"

struct desk {
    const struct provider *provider;
    struct str             path; /* "/ispn/exec.pl", of the default wire */
    struct entrance       *entrance;
    pthread_mutex_t        mutex;
    struct state          *state;
    struct counts         *counts;
    uint64_t               second, in_second; /* --rate-limit */
};

/* credentials: by the provider's order; random: what session tokens are made of. */
void desk_open(struct desk *d, const struct provider *p, const struct str *credentials, struct random *random,
               struct arena *mem);
void desk_close(struct desk *d);
/* Does some command or report of the provider know this table? */
bool desk_has_table(const struct desk *d, struct str table);

#endif
