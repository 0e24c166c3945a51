/* etl/plan/stage_times.c - how long each stage of planning took. */
#include "etl/plan/stage_times.h"

const struct stage_row stage_rows[STAGES] = {
    [STAGE_READ] = { "read", "cutting the input into blocks", true },
    [STAGE_SPLIT] = { "split", "records, their lanes and unique values", false },
    [STAGE_NUMBER] = { "number", "nth, counts and parents", true },
    [STAGE_MAP] = { "map", "the mapping and the provider's rules", false },
    [STAGE_ENCODE] = { "encode", "records as lines of the plan", false },
    [STAGE_ACCEPT] = { "accept", "which records are in; rejects", true },
    [STAGE_SEAL] = { "seal", "the tags of plan and findings", false },
    [STAGE_WRITE] = { "write", "plan and findings", true },
    [STAGE_WAIT] = { "wait", "for another thread to leave a stage", false },
};

void stage_times_begin(struct stage_times *t, const struct clock *clock)
{
    *t = (struct stage_times){ .clock = clock, .lap_ns = clock_monotonic_ns(clock) };
}

void stage_times_lap(struct stage_times *t, enum stage stage)
{
    uint64_t now;

    if (t == NULL)
        return;
    now = clock_monotonic_ns(t->clock);
    t->ns[stage] += now - t->lap_ns;
    t->lap_ns = now;
}

void stage_times_add(struct stage_times *whole, const struct stage_times *part)
{
    for (int i = 0; i < STAGES; i++)
        whole->ns[i] += part->ns[i];
}

uint64_t stage_times_total_ns(const struct stage_times *t)
{
    uint64_t total = 0;

    for (int i = 0; i < STAGES; i++)
        total += i != STAGE_WAIT ? t->ns[i] : 0;
    return total;
}
