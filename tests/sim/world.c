/* tests/sim/world.c - one simulated world: time, chance, the trace, what was found. */
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/sim/back_office.h"
#include "tests/sim/network.h"

#define WORLD_BEGAN_MS UINT64_C(1767225600000) /* 2026-01-01 */

const char *const command_names[COMMANDS] = { "make",   "attach", "breed", "enlist", "sign", "set",    "note",
                                              "undial", "drop",   "find",  "search", "kind", "members" };
const char *const invariant_names[INVARIANTS] = { "never-twice",        "never-told-what-is-not-so", "books-balance",
                                                  "sending-is-durable", "everything-ends",           "exit-is-true",
                                                  "in-order",           "no-error-of-ours" };

enum command_kind command_from(struct str name)
{
    int i = 0;

    while (i < COMMANDS && !str_is(name, command_names[i]))
        i++;
    return (enum command_kind)i;
}

struct world *world_map(void)
{
    void *at = mmap(NULL, sizeof(struct world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED) {
        perror("sim: no memory for the world");
        exit(70);
    }
    return at;
}

void world_begin(struct world *w, uint64_t seed, bool verbose, enum break_mode broken)
{
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->verbose = verbose;
    w->broken = broken;
    w->digest = UINT64_C(0xcbf29ce484222325);
    random_seed(&w->chance, seed);
    random_seed(&w->chance, random_u64(&w->chance)); /* the numbers of neighbouring seeds must have nothing in common */
}

/* ---- the trace ---- */

void world_trace(struct world *w, const char *fmt, ...)
{
    char    line[400];
    int     n = snprintf(line, sizeof line, "%9.3f life %u step %llu: ", (double)w->now_us / 1e6, w->life.number,
                         (unsigned long long)w->life.steps);
    va_list args;

    va_start(args, fmt);
    vsnprintf(line + n, sizeof line - (size_t)n, fmt, args);
    va_end(args);
    for (const char *p = line; *p != '\0'; p++)
        w->digest = (w->digest ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    if (w->verbose)
        dprintf(STDOUT_FILENO, "%s\n", line); /* unbuffered: the process may be killed at the next step */
}

void world_violation(struct world *w, enum invariant invariant, const char *rule, int call, const char *fmt, ...)
{
    struct violation *v = &w->violations[w->violation_count];
    va_list           args;

    for (size_t i = 0; i < w->violation_count; i++)
        if (w->violations[i].invariant == invariant && w->violations[i].call == call &&
            strcmp(w->violations[i].rule, rule) == 0)
            return;
    if (w->violation_count == VIOLATIONS_MAX)
        return;
    *v = (struct violation){ .invariant = invariant,
                             .call = call,
                             .rule = rule,
                             .life = w->life.number,
                             .at_us = w->now_us,
                             .step = w->life.steps };
    va_start(args, fmt);
    vsnprintf(v->text, sizeof v->text, fmt, args);
    va_end(args);
    w->violation_count++;
    world_trace(w, "BROKEN %s, %s: %s", invariant_names[invariant], rule, v->text);
}

/* ---- chance ---- */

uint64_t world_between(struct world *w, uint64_t least, uint64_t most)
{
    return least + random_u64(&w->chance) % (most - least + 1);
}

bool world_chance(struct world *w, unsigned of_100)
{
    return world_between(w, 0, 99) < of_100;
}

/* ---- time ---- */

static struct under_way *next_due(struct world *w)
{
    struct under_way *first = NULL;

    for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
        struct under_way *u = &w->under_way[i];

        if (u->at_us != 0 &&
            (first == NULL || u->at_us < first->at_us || (u->at_us == first->at_us && u->serial < first->serial)))
            first = u;
    }
    return first;
}

uint64_t world_next_due(const struct world *w)
{
    uint64_t at = UINT64_MAX;

    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        if (w->under_way[i].at_us != 0 && w->under_way[i].at_us < at)
            at = w->under_way[i].at_us;
    return at;
}

void world_pass_until(struct world *w, uint64_t until_us)
{
    for (;;) {
        struct under_way *u = next_due(w), now;

        if (u == NULL || u->at_us > until_us)
            break;
        now = *u;
        *u = (struct under_way){ 0 };
        if (now.at_us > w->now_us)
            w->now_us = now.at_us;
        network_arrived(w, &now);
    }
    if (until_us > w->now_us)
        w->now_us = until_us;
}

static uint64_t wall_ms(void *state)
{
    const struct world *w = state;

    return WORLD_BEGAN_MS + w->now_us / 1000 + (uint64_t)w->wall_ahead_ms;
}

static uint64_t monotonic_ns(void *state)
{
    return (((struct world *)state)->now_us + 1000000) * 1000;
}

static uint64_t boot_ms(void *state)
{
    return monotonic_ns(state) / 1000000;
}

static void sleep_ms(void *state, uint64_t ms)
{
    world_pass_until(state, ((struct world *)state)->now_us + ms * 1000);
}

static void wait_until_ns(void *state, pthread_cond_t *changed, pthread_mutex_t *mutex, uint64_t until_ns)
{
    uint64_t now_ns = monotonic_ns(state);

    (void)changed;
    (void)mutex;
    if (until_ns > now_ns)
        sleep_ms(state, (until_ns - now_ns + 999999) / 1000000);
}

static int64_t local_offset_s(void *state, uint64_t at_ms)
{
    (void)state;
    (void)at_ms;
    return 0;
}

struct clock world_clock(struct world *w)
{
    return (struct clock){ .wall_ms = wall_ms,
                           .monotonic_ns = monotonic_ns,
                           .boot_ms = boot_ms,
                           .sleep_ms = sleep_ms,
                           .wait_until_ns = wait_until_ns,
                           .local_offset_s = local_offset_s,
                           .state = w };
}
