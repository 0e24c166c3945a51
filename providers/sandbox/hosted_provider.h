/* providers/sandbox/hosted_provider.h - a provider that the sandbox plays: its path, its credentials, its rows, its counts.
 *
 * Lifetime  the description and the credentials must outlive it.
 * Threads   `mutex` guards the fields below it. */
#ifndef PROVIDERS_SANDBOX_HOSTED_PROVIDER_H
#define PROVIDERS_SANDBOX_HOSTED_PROVIDER_H

#include <pthread.h>

#include "providers/sandbox/entrance.h"
#include "providers/sandbox/store/counts.h"
#include "providers/sandbox/store/state.h"

struct hosted_provider {
    const struct provider *provider;
    struct str             path; /* "/ispn/exec.pl", of the default wire */
    struct entrance       *entrance;
    pthread_mutex_t        mutex;
    struct state          *state;
    struct counts         *counts;
    uint64_t               second, in_second; /* --rate-limit */
};

/* credentials: in the provider's order. random: session tokens are made of it. */
void hosted_provider_open(struct hosted_provider *d, const struct provider *p, const struct str *credentials,
                          struct random *random, struct arena *mem);
void hosted_provider_close(struct hosted_provider *d);
/* Does some command or report of the provider know this table? */
bool hosted_provider_has_table(const struct hosted_provider *d, struct str table);

#endif
