/* tests/sim/history.c - the history of a world: life after life, until all is over. */
#include "tests/sim/history.h"

#include "etl/ledger/ledger.h"
#include "tests/sim/fate.h"
#include "tests/sim/life.h"
#include "tests/sim/planning.h"
#include "tests/sim/script.h"

enum { LIVES_WITHOUT_FAULTS = 8 };

static bool is_over(const struct world *w, const struct told *told)
{
    return w->life.ended && w->life.status == ETL_OK && told->by_state[CALL_PENDING] == 0 &&
           told->by_state[CALL_SENDING] == 0;
}

static void one_life(struct world *w, struct told *told, const struct life *as)
{
    struct told before = *told;
    unsigned    number = w->life.number;

    w->life = *as;
    w->life.number = number;
    life_apply(w);
    checks_look(w, told);
    checks_after_life(w, &before, told);
}

/* Now and then somebody sets the wall clock meanwhile. */
static uint64_t time_between(struct world *w)
{
    bool ahead;

    if (!world_chance(w, w->clock_steps_of_100))
        return world_chance(w, 70) ? world_between(w, 1000, 5000000) : world_between(w, 1000000, UINT64_C(900000000));
    ahead = w->wall_ahead_ms <= 0 || world_chance(w, 70);
    w->clocks_ahead += ahead;
    w->wall_ahead_ms += (int64_t)world_between(w, 1000, 10000000) * (ahead ? 1 : -1);
    world_trace(w, "the wall clock is %lld ms ahead now", (long long)w->wall_ahead_ms);
    return world_between(w, 1000, 200000);
}

/* Nobody says when a process dies, or for how long it is away. share: of the steps that the run may take, so that its lives share the work. */
static void one_life_of_trouble(struct world *w, struct told *told, uint64_t share, unsigned killed_of_100)
{
    struct life life = { .faults = true };

    if (world_chance(w, killed_of_100))
        life.kill_at = world_between(w, 1, 2 * share);
    else if (world_chance(w, 50))
        life.stop_at = world_between(w, 1, 2 * share);
    life.power_cut = world_chance(w, 40);
    one_life(w, told, &life);
    world_pass_until(w, w->now_us + time_between(w));
}

/* What may become of the run folder behind a life. */
static void lose_or_keep(struct world *w, struct told *told)
{
    if (folder_has_copy(w) && world_chance(w, 30))
        folder_restore(w);
    else if (world_chance(w, 30))
        folder_copy(w);
    else if (world_chance(w, 20))
        folder_lose_ledger(w, world_chance(w, 50));
    checks_look(w, told);
}

static void lives_of_trouble(struct world *w, struct told *told)
{
    enum { STEPS_A_CALL = 8 };
    bool     has_backups = world_chance(w, w->backups_of_100);
    uint64_t lives = world_between(w, w->lives_least, 6), share = 60 + STEPS_A_CALL * w->call_count / lives;

    if (has_backups && world_chance(w, 30))
        folder_copy(w); /* nothing is sent yet */
    for (uint64_t i = 0; i < lives; i++) {
        one_life_of_trouble(w, told, share,
                            i + 2 < lives ? w->killed_of_100
                                          : w->killed_of_100 / 2); /* the last ones mostly get to the end */
        if (has_backups)
            lose_or_keep(w, told);
    }
}

/* Somebody looks at the provider and finds that none of the uncertain calls happened: then they may be sent again. */
static bool none_happened(const struct world *w, const struct told *told)
{
    if (told->by_state[CALL_UNCERTAIN] == 0 || world_next_due(w) != UINT64_MAX)
        return false;
    for (size_t i = 0; i < w->call_count; i++)
        if ((told->state[i] == CALL_UNCERTAIN || told->state[i] == CALL_SENDING) && w->calls[i].deed_count != 0)
            return false;
    return true;
}

/* How often in a row a life without trouble settled nothing more: absence is proved by two reads, in two lives where a report is read. */
enum { SETTLED_NOTHING = 2 };

static void lives_of_peace(struct world *w, struct told *told)
{
    int settled_nothing = 0;

    for (int i = 0; i < LIVES_WITHOUT_FAULTS; i++) {
        uint64_t uncertain = told->by_state[CALL_UNCERTAIN] + told->by_state[CALL_SENDING];

        one_life(w, told, &(struct life){ .resend = none_happened(w, told) });
        settled_nothing = told->by_state[CALL_UNCERTAIN] == uncertain ? settled_nothing + 1 : 0;
        /* Now and then one life more shows that it sends nothing again. */
        if (is_over(w, told) &&
            (settled_nothing == SETTLED_NOTHING || (told->by_state[CALL_UNCERTAIN] == 0 && world_chance(w, 70))))
            break;
        world_pass_until(w, w->now_us + 6000000);
    }
}

bool history_run(struct world *w, const char *base, const char *files)
{
    static struct told told; /* large, and one world is alive at a time */

    fate_draw_rates(w);
    if (!script_make(w, base, files) || !planning_run(w, files))
        return w->violation_count != 0;
    told = (struct told){ 0 };
    lives_of_trouble(w, &told);
    lives_of_peace(w, &told);
    world_pass_until(w, w->now_us + UINT64_C(400000000));
    checks_look(w, &told);
    checks_at_the_end(w, &told);
    return true;
}
