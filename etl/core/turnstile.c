/* etl/core/turnstile.c - lets threads through one at a time, in the order of their tickets. */
#include "etl/core/turnstile.h"

void turnstile_init(struct turnstile *t)
{
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->moved, NULL);
    t->next = 0;
    t->stopped = false;
}

void turnstile_release(struct turnstile *t)
{
    pthread_cond_destroy(&t->moved);
    pthread_mutex_destroy(&t->mutex);
}

bool turnstile_enter(struct turnstile *t, uint64_t ticket)
{
    bool may;

    pthread_mutex_lock(&t->mutex);
    while (t->next != ticket && !t->stopped)
        pthread_cond_wait(&t->moved, &t->mutex);
    may = !t->stopped;
    pthread_mutex_unlock(&t->mutex);
    return may;
}

void turnstile_leave(struct turnstile *t)
{
    pthread_mutex_lock(&t->mutex);
    t->next++;
    pthread_cond_broadcast(&t->moved);
    pthread_mutex_unlock(&t->mutex);
}

void turnstile_stop(struct turnstile *t)
{
    pthread_mutex_lock(&t->mutex);
    t->stopped = true;
    pthread_cond_broadcast(&t->moved);
    pthread_mutex_unlock(&t->mutex);
}
