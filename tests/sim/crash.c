/* tests/sim/crash.c - the steps of a life, and the one at which it is killed. */
#include "tests/sim/crash.h"

#include <unistd.h>

#include "tests/sim/disk.h"

/* A life of some hundred calls takes some thousand steps, and some hours at most where a provider throttles. */
#define STEPS_MAX   UINT64_C(300000)
#define LIFE_MAX_US (UINT64_C(48) * 3600 * 1000000)

volatile sig_atomic_t crash_stop_asked;
static struct world  *living; /* NULL: nobody is alive, so nothing is a step */

void crash_begin(struct world *w)
{
    living = w;
}

void crash_step(const char *what)
{
    struct world *w = living;

    if (w == NULL)
        return;
    w->life.steps++;
    if (w->life.steps > STEPS_MAX || w->now_us > w->life.began_us + LIFE_MAX_US)
        _exit(EXIT_ENDLESS);
    if (w->life.steps == w->life.stop_at) {
        world_trace(w, "asked to stop: %s", what);
        w->life.stopped = true;
        crash_stop_asked = 1;
    }
    if (w->life.steps != w->life.kill_at)
        return;
    world_trace(w, "killed%s: %s", w->life.power_cut ? ", and the power is cut" : "", what);
    living = NULL;
    if (w->life.power_cut)
        disk_lose_unsynced(w);
    w->life.killed = true;
    _exit(EXIT_KILLED);
}
