/* etl/core/turnstile.h - lets threads through one at a time, in the order of their tickets.
 *
 * A block of records carries a ticket. Stages that must see blocks in input order (cutting the
 * extract, unique values, writing the plan) stand behind a turnstile; the rest runs on all cores.
 * A stop lets everybody through at once with `false`: whoever gets it gives up. */
#ifndef ETL_CORE_TURNSTILE_H
#define ETL_CORE_TURNSTILE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct turnstile {
    pthread_mutex_t mutex;
    pthread_cond_t  moved;
    uint64_t        next;
    bool            stopped;
};

void turnstile_init(struct turnstile *t);
void turnstile_release(struct turnstile *t);
bool turnstile_enter(struct turnstile *t, uint64_t ticket); /* waits for its turn */
void turnstile_leave(struct turnstile *t);                  /* the next ticket's turn */
void turnstile_stop(struct turnstile *t);

#endif
