/* providers/sandbox/timers.h - wakes what was put to sleep, each at its time: one thread, however many sleep.
 *
 * Threads  timers_add() may be called by any; `wake` is called on the timers' own thread, or on the one that stops them. */
#ifndef PROVIDERS_SANDBOX_TIMERS_H
#define PROVIDERS_SANDBOX_TIMERS_H

#include "etl/core/err.h"
#include "etl/core/system/clock.h"

struct timers;
/* clock: must outlive the timers. */
enum etl_status timers_start(void (*wake)(void *sleeper), const struct clock *clock, struct timers **out,
                             struct err *err);
void            timers_add(struct timers *t, uint64_t delay_ms, void *sleeper);
/* Wakes all that still sleep, at once; what is added from then on is woken at once too. */
void timers_stop(struct timers *t);
void timers_free(struct timers *t); /* stopped before; NULL is fine */

#endif
