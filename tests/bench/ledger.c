/* tests/bench/ledger.c - the ledger alone: every call of a plan claimed and settled, in groups, each on the disk. Prints CPU per call.
 *
 *   ledger RUN FOLDER GROUP    RUN/plan.jsonl is loaded into a ledger in FOLDER, which is there and empty; loading is not counted */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "etl/run/load_plan.h"

enum { GROUP_MAX = 1024 };

static double cpu_now(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static double wall_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One group claimed, one group settled: as sending does it, two commits for so many calls. */
static enum etl_status one_group(struct ledger *l, uint64_t first, uint64_t end, struct err *err)
{
    struct settlement done = {
        .state = CALL_DONE, .at_ms = UINT64_C(1760000000000), .http = 200, .reply = STR("Success!")
    };
    struct ledger_claim claims[GROUP_MAX] = { 0 };
    enum etl_status     st = ledger_begin(l, err);

    for (uint64_t n = first; n < end; n++)
        claims[n - first].number = n;
    if (st == ETL_OK)
        st = ledger_claim(l, claims, end - first, err);
    if (st == ETL_OK)
        st = ledger_commit(l, err);
    if (st == ETL_OK)
        st = ledger_begin(l, err);
    for (uint64_t n = first; n < end && st == ETL_OK; n++)
        st = ledger_settle(l, n, &done, err);
    return st == ETL_OK ? ledger_commit(l, err) : st;
}

static enum etl_status load(struct ledger *l, const char *plan, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct plan_head                 head;
    struct plan_reader              *reader;
    enum etl_status                  st = plan_reader_open(plan, NULL, NULL, &reader, err);

    if (st != ETL_OK)
        return st;
    arena_init(&mem, 16 << 20, "the plan's first line");
    st = plan_head_read(reader, &mem, &head, err);
    if (st == ETL_OK)
        st = load_plan(l, reader, &head, err);
    plan_reader_close(reader);
    return st;
}

int main(int argc, char **argv)
{
    struct err      err = { 0 };
    struct ledger  *l = NULL;
    char            plan[4096];
    uint64_t        group = argc == 4 ? strtoull(argv[3], NULL, 10) : 0, calls = 0;
    double          cpu, wall;
    enum etl_status st;

    if (group == 0 || group > GROUP_MAX) {
        fprintf(stderr, "usage: ledger RUN FOLDER GROUP\n");
        return 2;
    }
    snprintf(plan, sizeof plan, "%s/plan.jsonl", argv[1]);
    st = ledger_open(argv[2], STR_NONE, true, &l, &err);
    if (st == ETL_OK && !ledger_loaded(l))
        st = load(l, plan, &err);
    cpu = cpu_now();
    wall = wall_now();
    if (st == ETL_OK)
        calls = ledger_call_count(l);
    for (uint64_t n = 1; n <= calls && st == ETL_OK; n += group)
        st = one_group(l, n, n + group <= calls + 1 ? n + group : calls + 1, &err);
    if (st != ETL_OK) {
        fprintf(stderr, "ledger: %s\n", err.text);
        return 1;
    }
    printf("%llu %.3f %.0f\n", (unsigned long long)calls, (cpu_now() - cpu) * 1e6 / (double)calls,
           (double)calls / (wall_now() - wall));
    ledger_close(l);
    return 0;
}
