/* providers/sandbox/timers.h - calls back at a given time: one thread for any number of timers.
 *
 * Threads  any thread may call timers_add(). `wake` is called on the timers' own thread, or on the thread that stops them. */
#ifndef PROVIDERS_SANDBOX_TIMERS_H
#define PROVIDERS_SANDBOX_TIMERS_H

#include "etl/core/err.h"
#include "etl/core/system/clock.h"

struct timers;
/* clock: must outlive the timers. */
enum etl_status timers_start(void (*wake)(void *sleeper), const struct clock *clock, struct timers **out,
                             struct err *err);
void            timers_add(struct timers *t, uint64_t delay_ms, void *sleeper);
/* Calls back all that are still waiting, at once. What is added afterwards is called back at once, too. */
void timers_stop(struct timers *t);
void timers_free(struct timers *t); /* after timers_stop(); NULL is fine */

#endif
