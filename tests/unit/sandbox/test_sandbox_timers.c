/* tests/unit/sandbox/test_sandbox_timers.c - providers/sandbox/timers.h: all wake once, the earlier first, and none is forgotten at the end. */
#include <pthread.h>

#include "providers/sandbox/timers.h"
#include "tests/unit/check.h"
#include "tests/unit/skipping_clock.h"

enum { SLEEPERS = 500 };

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t  woken;
    int             order[SLEEPERS];
    size_t          count;
} seen = { .mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER };

static void wake(void *sleeper)
{
    pthread_mutex_lock(&seen.mutex);
    seen.order[seen.count++] = *(int *)sleeper;
    pthread_cond_signal(&seen.woken);
    pthread_mutex_unlock(&seen.mutex);
}

static void wait_for(size_t count)
{
    pthread_mutex_lock(&seen.mutex);
    while (seen.count < count)
        pthread_cond_wait(&seen.woken, &seen.mutex);
    pthread_mutex_unlock(&seen.mutex);
}

/* Far apart, so that the order of waking is the order of the times whatever the machine is doing meanwhile. */
static void the_earlier_first(void **state)
{
    struct timers *t;
    static int     names[] = { 0, 1, 2, 3 };
    struct err     err = { 0 };

    (void)state;
    seen.count = 0;
    assert_int_equal(timers_start(wake, &real_clock, &t, &err), ETL_OK);
    timers_add(t, 3600000, &names[3]);
    timers_add(t, 300, &names[2]);
    timers_add(t, 150, &names[1]);
    timers_add(t, 1, &names[0]);
    wait_for(3);
    timers_stop(t); /* the one of an hour from now wakes too */
    assert_int_equal(seen.count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(seen.order[i], i);
    timers_add(t, 3600000, &names[0]);
    assert_int_equal(seen.count, 5); /* nobody sleeps after the end */
    timers_free(t);
}

static void each_once(void **state)
{
    struct timers *t;
    static int     names[SLEEPERS];
    bool           woken[SLEEPERS] = { false };
    struct err     err = { 0 };

    (void)state;
    seen.count = 0;
    assert_int_equal(timers_start(wake, &real_clock, &t, &err), ETL_OK);
    for (int i = 0; i < SLEEPERS; i++) {
        names[i] = i;
        timers_add(t, (uint64_t)(i * 7 % 40), &names[i]);
    }
    wait_for(SLEEPERS);
    timers_stop(t);
    assert_int_equal(seen.count, SLEEPERS);
    for (size_t i = 0; i < SLEEPERS; i++) {
        assert_false(woken[seen.order[i]]);
        woken[seen.order[i]] = true;
    }
    timers_free(t);
}

/* By a clock that skips what it should sleep, an hour passes at once. */
static void by_the_clock_given(void **state)
{
    struct skipping_clock c;
    struct timers        *t;
    static int            name;
    struct err            err = { 0 };

    (void)state;
    seen.count = 0;
    skipping_clock_init(&c);
    assert_int_equal(timers_start(wake, &c.clock, &t, &err), ETL_OK);
    timers_add(t, 3600000, &name);
    wait_for(1);
    assert_true(c.skipped_ns > UINT64_C(3500000000000));
    timers_stop(t);
    timers_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_earlier_first), cmocka_unit_test(each_once),
                                        cmocka_unit_test(by_the_clock_given) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
