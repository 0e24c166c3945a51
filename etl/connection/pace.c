/* etl/connection/pace.c - how many requests may begin now: so many a second, and none during a pause. */
#include "etl/connection/pace.h"

enum { BACKOFF_MS = 250, BACKOFF_MAX_MS = 30000 };

struct pace pace_from(uint32_t per_second, uint64_t now_ms)
{
    return (struct pace){ .per_second = per_second, .allowed = 1, .allowed_at_ms = now_ms };
}

static void refill(struct pace *p, uint64_t now_ms)
{
    double tenth = (double)p->per_second / 10, most = tenth > 1 ? tenth : 1;
    double sum = p->allowed + (double)(now_ms - p->allowed_at_ms) * (double)p->per_second / 1000;

    p->allowed = sum < most ? sum : most;
    p->allowed_at_ms = now_ms;
}

size_t pace_allows(struct pace *p, uint64_t now_ms)
{
    refill(p, now_ms);
    return p->allowed >= 1 && now_ms >= p->pause_until_ms ? (size_t)p->allowed : 0;
}

void pace_take(struct pace *p)
{
    p->allowed -= 1;
}

uint64_t pace_pause_ms(struct pace *p, uint64_t now_ms)
{
    refill(p, now_ms);
    if (now_ms < p->pause_until_ms)
        return p->pause_until_ms - now_ms;
    return p->allowed >= 1 ? 0 : (uint64_t)((1 - p->allowed) * 1000 / (double)p->per_second) + 1;
}

void pace_hold(struct pace *p, uint64_t until_ms)
{
    if (until_ms > p->pause_until_ms)
        p->pause_until_ms = until_ms;
}

uint64_t pace_backoff_ms(struct random *random, unsigned failures)
{
    uint64_t step = (uint64_t)BACKOFF_MS << (failures < 8 ? failures - 1 : 7);

    if (step > BACKOFF_MAX_MS)
        step = BACKOFF_MAX_MS;
    return step / 2 + random_u64(random) % (step / 2 + 1);
}
