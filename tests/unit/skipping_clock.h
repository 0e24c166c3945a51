/* tests/unit/skipping_clock.h - a clock whose sleeps are over at once: real time, and on top what would have been slept.
 *
 * So a test that waits for Retry-After or a paced request takes no time, and can still measure how long the wait was. What passes in
 * reality (an answer over the loopback) passes here too. Threads: any. */
#ifndef TESTS_UNIT_SKIPPING_CLOCK_H
#define TESTS_UNIT_SKIPPING_CLOCK_H

#include <stdatomic.h>

#include "etl/core/system/clock.h"

struct skipping_clock {
    struct clock     clock; /* what is passed in */
    _Atomic uint64_t skipped_ns;
};

static inline uint64_t skipping_wall_ms(void *state)
{
    return clock_wall_ms(&real_clock) + ((struct skipping_clock *)state)->skipped_ns / 1000000;
}

static inline uint64_t skipping_monotonic_ns(void *state)
{
    return clock_monotonic_ns(&real_clock) + ((struct skipping_clock *)state)->skipped_ns;
}

static inline uint64_t skipping_boot_ms(void *state)
{
    return clock_boot_ms(&real_clock) + ((struct skipping_clock *)state)->skipped_ns / 1000000;
}

static inline void skipping_sleep_ms(void *state, uint64_t ms)
{
    ((struct skipping_clock *)state)->skipped_ns += ms * 1000000;
}

static inline void skipping_wait_until_ns(void *state, pthread_cond_t *changed, pthread_mutex_t *mutex,
                                          uint64_t until_ns)
{
    uint64_t now_ns = skipping_monotonic_ns(state);

    (void)changed;
    (void)mutex;
    if (until_ns > now_ns)
        ((struct skipping_clock *)state)->skipped_ns += until_ns - now_ns;
}

static inline int64_t skipping_local_offset_s(void *state, uint64_t wall_ms)
{
    (void)state;
    (void)wall_ms;
    return 0;
}

static inline void skipping_clock_init(struct skipping_clock *c)
{
    c->clock = (struct clock){ .wall_ms = skipping_wall_ms,
                               .monotonic_ns = skipping_monotonic_ns,
                               .boot_ms = skipping_boot_ms,
                               .sleep_ms = skipping_sleep_ms,
                               .wait_until_ns = skipping_wait_until_ns,
                               .local_offset_s = skipping_local_offset_s,
                               .state = c };
    c->skipped_ns = 0;
}

#endif
