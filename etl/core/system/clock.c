/* etl/core/system/clock.c - the real clock, and times as people and HTTP write them. */
#include "etl/core/system/clock.h"

#include <stdio.h>
#include <time.h>

/* ---- the real clock ---- */

static uint64_t read_ns(clockid_t which)
{
    struct timespec t;

    clock_gettime(which, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static uint64_t real_wall_ms(void *state)
{
    (void)state;
    return read_ns(CLOCK_REALTIME) / 1000000;
}

static uint64_t real_monotonic_ns(void *state)
{
    (void)state;
    return read_ns(CLOCK_MONOTONIC);
}

static uint64_t real_boot_ms(void *state)
{
    (void)state;
    return read_ns(CLOCK_BOOTTIME) / 1000000;
}

static void real_sleep_ms(void *state, uint64_t ms)
{
    struct timespec pause = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

    (void)state;
    nanosleep(&pause, NULL);
}

static void real_wait_until_ns(void *state, pthread_cond_t *changed, pthread_mutex_t *mutex, uint64_t until_ns)
{
    struct timespec until = { (time_t)(until_ns / 1000000000U), (long)(until_ns % 1000000000U) };

    (void)state;
    pthread_cond_timedwait(changed, mutex, &until);
}

static int64_t real_local_offset_s(void *state, uint64_t wall_ms)
{
    time_t    at = (time_t)(wall_ms / 1000);
    struct tm local = { 0 };

    (void)state;
    localtime_r(&at, &local);
    return local.tm_gmtoff;
}

const struct clock real_clock = {
    .wall_ms = real_wall_ms,
    .monotonic_ns = real_monotonic_ns,
    .boot_ms = real_boot_ms,
    .sleep_ms = real_sleep_ms,
    .wait_until_ns = real_wait_until_ns,
    .local_offset_s = real_local_offset_s,
};

/* ---- any clock ---- */

uint64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c->state);
}

uint64_t clock_monotonic_ms(const struct clock *c)
{
    return c->monotonic_ns(c->state) / 1000000;
}

uint64_t clock_monotonic_ns(const struct clock *c)
{
    return c->monotonic_ns(c->state);
}

uint64_t clock_boot_ms(const struct clock *c)
{
    return c->boot_ms(c->state);
}

void clock_sleep_ms(const struct clock *c, uint64_t ms)
{
    c->sleep_ms(c->state, ms);
}

void clock_condition_init(pthread_cond_t *changed)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void clock_wait_until_ns(const struct clock *c, pthread_cond_t *changed, pthread_mutex_t *mutex, uint64_t until_ns)
{
    c->wait_until_ns(c->state, changed, mutex, until_ns);
}

/* ---- as text ---- */

void clock_today(const struct clock *c, char out[16])
{
    uint64_t  now_ms = c->wall_ms(c->state);
    time_t    local = (time_t)(now_ms / 1000) + (time_t)c->local_offset_s(c->state, now_ms);
    struct tm date;

    gmtime_r(&local, &date);
    strftime(out, 16, "%Y-%m-%d", &date);
}

void time_text(uint64_t at_ms, char out[32])
{
    time_t    at = (time_t)(at_ms / 1000);
    struct tm utc;

    gmtime_r(&at, &utc);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

bool time_from_http_date(struct str text, uint64_t *seconds)
{
    struct tm t = { 0 };
    char      copy[64];
    time_t    at;

    snprintf(copy, sizeof copy, "%.*s", STR_ARG(text));
    if (strptime(copy, "%a, %d %b %Y %H:%M:%S GMT", &t) == NULL)
        return false;
    at = timegm(&t);
    *seconds = at > 0 ? (uint64_t)at : 0;
    return true;
}
