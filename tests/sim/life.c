/* tests/sim/life.c - one life: a process that applies the run. */
#include "tests/sim/life.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "etl/apply/apply.h"
#include "etl/core/system/files.h"
#include "tests/sim/crash.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"
#include "tests/sim/script.h"

enum { CPU_SECONDS_MAX = 20 }; /* a life takes some hundredths; a loop that takes no step ends here */

extern char **environ;

static void tell(void *context, const struct delivery *d, const struct ledger_counts *chosen)
{
    struct world *w = context;

    (void)d;
    world_trace(w, "begins: %llu calls, %llu pending, %llu uncertain", (unsigned long long)chosen->calls,
                (unsigned long long)chosen->by_state[CALL_PENDING],
                (unsigned long long)chosen->by_state[CALL_UNCERTAIN]);
}

static void note_end(struct world *w, enum etl_status st, const struct apply_report *r, const struct err *err)
{
    struct life *l = &w->life;

    l->ended = true;
    l->status = (int)st;
    l->recovered = r->recovered;
    l->told_requests = r->requests;
    l->told_calls = r->all.calls;
    for (int i = 0; i < CALL_STATES; i++)
        l->told_states += r->all.by_state[i];
    snprintf(l->rule, sizeof l->rule, "%s", err->rule);
    snprintf(l->text, sizeof l->text, "%s", err->text);
}

static void apply(struct world *w)
{
    struct random           random;
    struct clock            clock = world_clock(w);
    struct delivery_options options = { .run = w->run,
                                        .connection = "here",
                                        .config = w->config,
                                        .stop_asked = &crash_stop_asked,
                                        .clock = &clock,
                                        .random = &random };
    struct apply_options    how = { .resend_uncertain = w->life.resend, .tell = tell, .context = w };
    struct apply_report     report = { 0 };
    struct arena            mem;
    struct delivery         d;
    struct findings         faults;
    struct err              err = { 0 };
    enum etl_status         st;

    arena_init(&mem, 256 << 20, "a life");
    findings_init(&faults, &mem);
    random_seed(&random, w->seed * 1000 + w->life.number);
    disk_install(w);
    network_begin(w);
    crash_begin(w);
    st = delivery_open(&options, &mem, &d, &faults, &err);
    if (st == ETL_OK) {
        st = apply_run(&d, &how, &report, &err);
        delivery_close(&d);
    } else if (faults.count != 0) {
        err = faults.items[0].err;
    }
    note_end(w, st, &report, &err);
    world_trace(w, "ends by itself: status %d %s %s", (int)st, err.rule, err.text);
    _exit(0);
}

void life_apply(struct world *w)
{
    life_run(w, apply);
}

void life_run(struct world *w, void (*live)(struct world *w))
{
    int   status = 0;
    pid_t pid;

    w->lives++;
    w->life.number++;
    w->life.began_us = w->now_us;
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CPU, &(struct rlimit){ CPU_SECONDS_MAX, CPU_SECONDS_MAX + 1 });
        live(w);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("sim: fork");
        exit(70);
    }
    if ((WIFEXITED(status) && WEXITSTATUS(status) == EXIT_ENDLESS) ||
        (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        world_violation(w, ENDS, "endless", -1, "a life did not end in %llu steps and %.0f s",
                        (unsigned long long)w->life.steps, (double)(w->now_us - w->life.began_us) / 1e6);
    else if (!w->life.killed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !w->life.ended))
        world_violation(w, SOUND, "crashed", -1, "a life ended by %s %d", WIFEXITED(status) ? "exit code" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    w->kills += w->life.killed;
}

/* ---- between lives ---- */

static void copy_tree(const char *from, const char *to)
{
    char *argv[] = { strdup("cp"), strdup("-a"), strdup(from), strdup(to), NULL };
    int   status = 1;
    pid_t pid;

    files_remove_tree(to);
    if (posix_spawnp(&pid, "cp", NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "sim: cannot copy %s\n", from);
        exit(70);
    }
    for (int i = 0; argv[i] != NULL; i++)
        free(argv[i]);
}

void folder_copy(struct world *w)
{
    char copy[PATH];

    script_path(w, "copy", copy);
    world_trace(w, "the run folder is copied");
    copy_tree(w->run, copy);
}

bool folder_has_copy(const struct world *w)
{
    char copy[PATH];

    script_path(w, "copy", copy);
    return files_exists(copy);
}

void folder_restore(struct world *w)
{
    char copy[PATH];

    script_path(w, "copy", copy);
    world_trace(w, "the run folder is put back as it was when it was copied");
    w->era++;
    copy_tree(copy, w->run);
}

void folder_lose_ledger(struct world *w, bool log_only)
{
    static const char *const names[] = { "run/ledger.db-wal", "run/ledger.db-shm", "run/ledger.db" };
    char                     path[PATH];

    world_trace(w, log_only ? "the ledger's log is lost" : "the ledger is lost");
    w->era++;
    for (int i = 0; i < (log_only ? 2 : 3); i++) {
        script_path(w, names[i], path);
        files_remove(path);
    }
}
