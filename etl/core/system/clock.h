/* etl/core/system/clock.h - what time it is and how to wait, asked of a clock that is passed in.
 *
 * A program takes &real_clock in main and hands it down; a test or a simulator hands down its own `struct clock`, whose time passes as
 * it decides. Nothing else in etl, formats and providers asks the system for the time (scripts/check-house).
 *
 * Units    in the names. Wall time is UTC since 1970 and may jump; monotonic time never goes back; boot time is monotonic and also
 *          counts while the machine sleeps.
 * Threads  the real clock may be used by all threads. Errors: none; a clock always answers. */
#ifndef ETL_CORE_SYSTEM_CLOCK_H
#define ETL_CORE_SYSTEM_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "etl/core/str.h"

struct clock {
    uint64_t (*wall_ms)(void *state);
    uint64_t (*monotonic_ns)(void *state);
    uint64_t (*boot_ms)(void *state);
    void (*sleep_ms)(void *state, uint64_t ms); /* a signal may end it early */
    /* Waits for `changed` (made by clock_condition_init) until a monotonic time. */
    void (*wait_until_ns)(void *state, pthread_cond_t *changed, pthread_mutex_t *mutex, uint64_t until_ns);
    int64_t (*local_offset_s)(void *state, uint64_t wall_ms); /* what local time is ahead of UTC */
    void *state;
};
extern const struct clock real_clock;

uint64_t clock_wall_ms(const struct clock *c);
uint64_t clock_monotonic_ms(const struct clock *c);
uint64_t clock_monotonic_ns(const struct clock *c);
uint64_t clock_boot_ms(const struct clock *c);
void     clock_sleep_ms(const struct clock *c, uint64_t ms);
void     clock_condition_init(pthread_cond_t *changed);
void     clock_wait_until_ns(const struct clock *c, pthread_cond_t *changed, pthread_mutex_t *mutex, uint64_t until_ns);
void     clock_today(const struct clock *c, char out[16]); /* "2026-11-24", local time */

void time_text(uint64_t at_ms, char out[32]);                 /* "2026-11-24T03:04:05Z" */
bool time_from_http_date(struct str text, uint64_t *seconds); /* RFC 9110 5.6.7, the form IMF-fixdate */

#endif
