/* providers/sandbox/desk.c - a provider's place in the sandbox is set up and cleared away. */
#include "providers/sandbox/desk.h"

#include "providers/sandbox/intake.h"

void desk_open(struct desk *d, const struct provider *p, const struct str *credentials, struct random *random,
               struct arena *mem)
{
    *d = (struct desk){ .provider = p, .entrance = entrance_new(p, credentials, random) };
    d->path = intake_base(p, &p->wires[0], mem);
    pthread_mutex_init(&d->mutex, NULL);
    d->state = state_new();
    d->counts = counts_new(p);
}

void desk_close(struct desk *d)
{
    if (d->provider == NULL)
        return;
    entrance_free(d->entrance);
    state_free(d->state);
    counts_free(d->counts);
    pthread_mutex_destroy(&d->mutex);
    *d = (struct desk){ 0 };
}

bool desk_has_table(const struct desk *d, struct str table)
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
