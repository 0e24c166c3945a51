/* tests/sim/planning.c - the run is planned, in processes that may be killed. */
#include "tests/sim/planning.h"

#include <stdio.h>
#include <unistd.h>

#include "etl/core/system/files.h"
#include "etl/plan/plan.h"
#include "etl/secrets/key.h"
#include "tests/sim/crash.h"
#include "tests/sim/life.h"
#include "tests/sim/script.h"

static const char *mapping_file; /* of the process that plans */

static enum etl_status make(struct world *w, struct arena *mem, struct findings *faults, struct plan_counts *counts,
                            struct err *err)
{
    AUTO(buf_release) struct buf summary;
    struct random                random;
    struct clock                 clock = world_clock(w);
    const char                  *inputs[] = { w->extract };
    struct key                  *key = NULL;
    enum etl_status              st;

    buf_init(&summary, 1 << 20, "the summary");
    random_seed(&random, w->seed * 1000 + w->life.number);
    st = key_open(NULL, &random, &key, err);
    if (st == ETL_OK)
        st = plan_make(&(struct plan_options){ .mapping = mapping_file,
                                               .run = w->run,
                                               .today = "2026-01-01",
                                               .files = inputs,
                                               .file_count = 1,
                                               .threads = 1,
                                               .key = key,
                                               .version = "simulator",
                                               .clock = &clock,
                                               .random = &random },
                       mem, counts, &summary, faults);
    key_free(key);
    return st;
}

static void check_counts(struct world *w, const struct plan_counts *c)
{
    if (c->read != w->rows_read || c->planned != w->rows_planned || c->rejected != w->rows_rejected ||
        c->without_calls != w->rows_without || c->calls != w->call_count)
        world_violation(w, BOOKS, "plan", -1,
                        "of %llu rows %llu planned, %llu rejected, %llu without: %llu calls of %zu",
                        (unsigned long long)c->read, (unsigned long long)c->planned, (unsigned long long)c->rejected,
                        (unsigned long long)c->without_calls, (unsigned long long)c->calls, w->call_count);
}

static void plan(struct world *w)
{
    struct arena       mem;
    struct findings    faults;
    struct plan_counts counts = { 0 };
    struct err         err = { 0 };
    enum etl_status    st;

    arena_init(&mem, 64 << 20, "a plan");
    findings_init(&faults, &mem);
    crash_begin(w);
    st = make(w, &mem, &faults, &counts, &err);
    if (st == ETL_OK || st == ETL_REJECT)
        check_counts(w, &counts);
    else if (faults.count != 0)
        err = faults.items[0].err;
    w->life.ended = true;
    w->life.status = (int)st;
    snprintf(w->life.rule, sizeof w->life.rule, "%s", err.rule);
    snprintf(w->life.text, sizeof w->life.text, "%s", err.text);
    world_trace(w, "planned: status %d %s %s", (int)st, err.rule, err.text);
    _exit(0);
}

bool planning_run(struct world *w, const char *files)
{
    enum { KILLS_MAX = 3, STEPS = 46 }; /* a plan of one small file takes about so many */
    char     mapping[PATH], made[PATH];
    unsigned killed = 0;

    snprintf(mapping, sizeof mapping, "%s/mapping.yaml", files);
    mapping_file = mapping;
    do {
        unsigned number = w->life.number;

        w->life = (struct life){ .number = number };
        if (killed < KILLS_MAX && world_chance(w, 40))
            w->life.kill_at = world_between(w, 1, STEPS);
        life_run(w, plan);
        killed += w->life.killed;
    } while (w->life.killed);
    if (w->life.status == ETL_OK || w->life.status == ETL_REJECT)
        return w->life.ended;
    script_path(w, "run/plan.jsonl", made);
    if (killed != 0 && strcmp(w->life.rule, "run-exists") == 0 && files_exists(made))
        return true; /* it was killed behind its last step */
    world_violation(w, SOUND, "not-planned", -1, "behind %u plans that were killed, the same command says: %s (%s)",
                    killed, w->life.text, w->life.rule);
    return false;
}
