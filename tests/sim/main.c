/* tests/sim/main.c - the simulator: plans and applies in virtual time, against a provider that misbehaves, and is killed at any step.
 *
 *   sim                          the fixed seeds; each known failure must happen in them
 *   sim --seeds N [--first S]    so many
 *   sim --minutes M              seeds that nobody has tried, for so long
 *   sim --seed S [-v]            one; -v: every step of it
 *   sim --break NAME             a part of the simulator itself is broken: the checks must find it
 *
 * Exit code  0: nothing but known failures; 1: something was found, or a known failure does not happen any more; 2: usage. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "etl/core/system/files.h"
#include "etl/core/system/log.h"
#include "tests/sim/history.h"
#include "tests/sim/known.h"

enum { FIXED_SEEDS = 162, KNOWN_MAX = 32 };

/* What a broken part must be found as. */
static const struct {
    const char    *name;
    enum invariant found_as;
    const char    *what;
} breaks[BREAKS] = {
    [BREAK_TWICE] = { "twice", ONCE, "the network sends a request a second time by itself" },
    [BREAK_UNSYNCED] = { "unsynced", DURABLE, "the disk says that it is synced, and is not" },
    [BREAK_AMNESIA] = { "amnesia", TRUTH, "the provider says done, and does nothing" },
    [BREAK_ENDLESS] = { "endless", ENDS, "the provider says `slow down` for ever" },
    [BREAK_RESULTS] = { "results", BOOKS, "results.csv lacks a line" },
};

struct options {
    uint64_t        first, count, minutes;
    bool            verbose, fixed, one;
    enum break_mode broken;
};
struct totals {
    uint64_t seeds, failed, calls, lives, kills, requests, states[8];
    uint64_t known[KNOWN_MAX], known_first[KNOWN_MAX];
    double   virtual_s;
    bool     found; /* what --break asks for */
};

static void say_broken(const struct world *w, const struct violation *v)
{
    printf("seed %llu: %s (%s), life %u, %.3f s: %s\n", (unsigned long long)w->seed, invariant_names[v->invariant],
           v->rule, v->life, (double)v->at_us / 1e6, v->text);
}

static bool judge(const struct world *w, const struct options *o, struct totals *t)
{
    bool good = true;

    for (size_t i = 0; i < w->violation_count; i++) {
        const struct violation *v = &w->violations[i];
        int                     row = known_find(w, v);

        t->found = t->found || (row < 0 && v->invariant == breaks[o->broken].found_as);
        if (row < 0 && o->broken == BREAK_NONE) {
            say_broken(w, v);
            good = false;
        } else if (row >= 0) {
            if (o->one)
                printf("known failure %s: %s (%s): %s\n", known[row].name, invariant_names[v->invariant], v->rule,
                       v->text);
            if (t->known[row]++ == 0)
                t->known_first[row] = w->seed;
        }
    }
    return good;
}

static void add_up(const struct world *w, struct totals *t)
{
    t->seeds++;
    t->calls += w->call_count;
    t->lives += w->lives;
    t->kills += w->kills;
    t->requests += w->requests;
    t->virtual_s += (double)w->now_us / 1e6;
}

static void run_seed(struct world *w, uint64_t seed, const char *base, const struct options *o, struct totals *t)
{
    world_begin(w, seed, o->verbose, o->broken);
    if (!history_run(w, base, SIM_FILES)) {
        t->failed++;
        return;
    }
    add_up(w, t);
    if (!judge(w, o, t)) {
        t->failed++;
        printf("again: scripts/simulate --seed %llu -v\n", (unsigned long long)seed);
    }
    if (o->one)
        printf("seed %llu: trace %016llx\n", (unsigned long long)seed, (unsigned long long)w->digest);
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_all(struct world *w, const char *base, const struct options *o, struct totals *t)
{
    double until = seconds_now() + (double)o->minutes * 60;

    if (o->minutes != 0)
        printf("seeds from %llu\n", (unsigned long long)o->first);
    for (uint64_t i = 0; o->minutes != 0 ? seconds_now() < until : i < o->count; i++) {
        run_seed(w, o->first + i, base, o, t);
        if (o->broken != BREAK_NONE && t->found)
            return;
    }
}

static int tell(const struct options *o, const struct totals *t, double took_s)
{
    bool good = t->failed == 0;

    printf("%llu seeds: %llu calls, %llu lives, %llu of them killed, %llu requests, %.1f hours",
           (unsigned long long)t->seeds, (unsigned long long)t->calls, (unsigned long long)t->lives,
           (unsigned long long)t->kills, (unsigned long long)t->requests, t->virtual_s / 3600);
    if (!o->one) /* what one seed prints is the same each time */
        printf(" in %.1f s", took_s);
    printf("\n");
    for (size_t i = 0; i < known_count; i++) {
        if (t->known[i] != 0)
            printf("known: %-14s %4llu times, first in seed %llu: %s\n", known[i].name, (unsigned long long)t->known[i],
                   (unsigned long long)t->known_first[i], known[i].what);
        else if (o->fixed) {
            printf("known: %s does not happen any more: take its row out of tests/sim/known.c\n", known[i].name);
            good = false;
        }
    }
    printf("%llu seeds failed\n", (unsigned long long)t->failed);
    return good ? 0 : 1;
}

static int tell_break(const struct options *o, const struct totals *t)
{
    printf("%s: %s in %llu seeds as %s\n", breaks[o->broken].what, t->found ? "found" : "NOT found",
           (unsigned long long)t->seeds, invariant_names[breaks[o->broken].found_as]);
    return t->found ? 0 : 1;
}

static int usage(void)
{
    fprintf(stderr, "usage: sim [--seed S [-v] | --seeds N [--first S] | --minutes M | --break NAME]\n");
    for (int i = 1; i < BREAKS; i++)
        fprintf(stderr, "  --break %-10s %s\n", breaks[i].name, breaks[i].what);
    return 2;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){ .first = 1, .count = FIXED_SEEDS, .fixed = true };
    for (int i = 1; i < argc; i++) {
        struct str word = str_from(argv[i]), value = str_from(i + 1 < argc ? argv[i + 1] : NULL);

        if (str_is(word, "-v")) {
            o->verbose = true;
            continue;
        }
        i++;
        o->fixed = false;
        if (str_is(word, "--seed") && str_to_u64(value, &o->first)) {
            o->one = true;
            o->count = 1;
        } else if (str_is(word, "--break")) {
            for (int b = 1; b < BREAKS; b++)
                if (str_is(value, breaks[b].name))
                    o->broken = (enum break_mode)b;
            if (o->broken == BREAK_NONE)
                return false;
        } else if (str_is(word, "--minutes") && str_to_u64(value, &o->minutes)) {
            o->first = (uint64_t)time(NULL) * 1000;
        } else if (!(str_is(word, "--seeds") && str_to_u64(value, &o->count)) &&
                   !(str_is(word, "--first") && str_to_u64(value, &o->first))) {
            return false;
        }
    }
    return true;
}

/* In memory where there is such a place: thousands of small files are written. */
static const char *make_base(char *path, size_t size)
{
    const char *temporary = getenv("TMPDIR");

    snprintf(path, size, "/dev/shm/subferry-sim-XXXXXX");
    if (files_temporary_folder(path) != NULL)
        return path;
    snprintf(path, size, "%s/subferry-sim-XXXXXX", temporary != NULL ? temporary : "/tmp");
    return files_temporary_folder(path);
}

int main(int argc, char **argv)
{
    struct options o;
    struct totals  t = { 0 };
    struct world  *w;
    char           path[PATH];
    const char    *base;
    double         began = seconds_now();
    int            code;

    if (!read_options(argc, argv, &o))
        return usage();
    base = make_base(path, sizeof path);
    if (base == NULL) {
        perror("sim: no temporary folder");
        return 2;
    }
    log_level = LOG_QUIET;
    w = world_map();
    run_all(w, base, &o, &t);
    code = o.broken != BREAK_NONE ? tell_break(&o, &t) : tell(&o, &t, seconds_now() - began);
    files_remove_tree(base);
    return code;
}
