/* tests/unit/core/test_turnstile.c - etl/core/turnstile.h: one at a time, in the order of the tickets, until a stop. */
#include "etl/core/turnstile.h"

#include "tests/unit/check.h"

enum { THREADS = 8, TICKETS = 4000 };

struct hall {
    struct turnstile gate;
    pthread_mutex_t  mutex;
    uint64_t         next_ticket;
    uint64_t         order[TICKETS]; /* written behind the gate only: a race would show under tsan */
    uint64_t         passed;
    uint64_t         stop_at;
};

static void *walk(void *context)
{
    struct hall *hall = context;

    for (;;) {
        uint64_t ticket;

        pthread_mutex_lock(&hall->mutex);
        ticket = hall->next_ticket++;
        pthread_mutex_unlock(&hall->mutex);
        if (ticket >= TICKETS || !turnstile_enter(&hall->gate, ticket))
            return NULL;
        hall->order[hall->passed++] = ticket;
        if (ticket == hall->stop_at) {
            turnstile_stop(&hall->gate); /* who waits gives up, whoever's turn it is */
            return NULL;
        }
        turnstile_leave(&hall->gate);
    }
}

static void run(struct hall *hall)
{
    pthread_t threads[THREADS];

    turnstile_init(&hall->gate);
    pthread_mutex_init(&hall->mutex, NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, walk, hall), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    turnstile_release(&hall->gate);
    pthread_mutex_destroy(&hall->mutex);
}

static void keeps_the_order(void **state)
{
    static struct hall hall = { .stop_at = UINT64_MAX };

    (void)state;
    run(&hall);
    assert_int_equal(hall.passed, TICKETS);
    for (uint64_t i = 0; i < TICKETS; i++)
        assert_int_equal(hall.order[i], i);
}

static void a_stop_lets_everybody_go(void **state)
{
    static struct hall hall = { .stop_at = 1000 };

    (void)state;
    run(&hall);
    assert_int_equal(hall.passed, 1001);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keeps_the_order), cmocka_unit_test(a_stop_lets_everybody_go) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
