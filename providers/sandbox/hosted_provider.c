/* providers/sandbox/hosted_provider.c - a provider that the sandbox plays: set up, and released. */
#include "providers/sandbox/hosted_provider.h"

#include "providers/sandbox/intake.h"

void hosted_provider_open(struct hosted_provider *d, const struct provider *p, const struct str *credentials,
                          struct random *random, struct arena *mem)
{
    *d = (struct hosted_provider){ .provider = p, .entrance = entrance_new(p, credentials, random) };
    d->path = intake_base(p, &p->wires[0], mem);
    pthread_mutex_init(&d->mutex, NULL);
    d->state = state_new();
    d->counts = counts_new(p);
}

void hosted_provider_close(struct hosted_provider *d)
{
    if (d->provider == NULL)
        return;
    entrance_free(d->entrance);
    state_free(d->state);
    counts_free(d->counts);
    pthread_mutex_destroy(&d->mutex);
    *d = (struct hosted_provider){ 0 };
}

bool hosted_provider_has_table(const struct hosted_provider *d, struct str table)
{
    const struct provider *p = d->provider;

    for (size_t i = 0; i < p->report_count; i++)
        if (str_eq(p->reports[i].table, table))
            return true;
    for (size_t i = 0; i < p->command_count; i++)
        for (size_t k = 0; k < p->commands[i].step_count; k++)
            if (str_eq(p->commands[i].steps[k].table, table))
                return true;
    return false;
}
