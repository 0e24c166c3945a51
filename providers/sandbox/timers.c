/* providers/sandbox/timers.c - a heap of timers, ordered by when they are due, and the thread that waits for the first. */
#include "providers/sandbox/timers.h"

#include <pthread.h>

struct sleeper {
    uint64_t due_ns, order;
    void    *who;
};
struct timers {
    void (*wake)(void *sleeper);
    const struct clock *clock;
    pthread_mutex_t     mutex;
    pthread_cond_t      changed;
    pthread_t           thread;
    struct sleeper     *heap;
    size_t              count, cap;
    uint64_t            next_order;
    bool                stopped;
};

static bool earlier(const struct sleeper *a, const struct sleeper *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void swap(struct sleeper *a, struct sleeper *b)
{
    struct sleeper was = *a;

    *a = *b;
    *b = was;
}

static void push(struct timers *t, struct sleeper s)
{
    if (t->count == t->cap) {
        t->cap = t->cap == 0 ? 64 : t->cap * 2;
        t->heap = realloc(t->heap, t->cap * sizeof *t->heap);
        if (t->heap == NULL)
            memory_exhausted("the sandbox's timers", t->cap * sizeof *t->heap);
    }
    t->heap[t->count] = s;
    for (size_t at = t->count++; at > 0 && earlier(&t->heap[at], &t->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&t->heap[at], &t->heap[(at - 1) / 2]);
}

static struct sleeper pop(struct timers *t)
{
    struct sleeper first = t->heap[0];
    size_t         at = 0;

    t->heap[0] = t->heap[--t->count];
    for (;;) {
        size_t least = at, left = at * 2 + 1;

        if (left < t->count && earlier(&t->heap[left], &t->heap[least]))
            least = left;
        if (left + 1 < t->count && earlier(&t->heap[left + 1], &t->heap[least]))
            least = left + 1;
        if (least == at)
            return first;
        swap(&t->heap[at], &t->heap[least]);
        at = least;
    }
}

/* Waits until the first is due, an earlier one is added, or the timers are stopped. */
static void wait_for_first(struct timers *t)
{
    if (t->count == 0) {
        pthread_cond_wait(&t->changed, &t->mutex);
        return;
    }
    clock_wait_until_ns(t->clock, &t->changed, &t->mutex, t->heap[0].due_ns);
}

static void *run(void *context)
{
    struct timers *t = context;

    pthread_mutex_lock(&t->mutex);
    while (!t->stopped) {
        struct sleeper s;

        if (t->count == 0 || t->heap[0].due_ns > clock_monotonic_ns(t->clock)) {
            wait_for_first(t);
            continue;
        }
        s = pop(t);
        pthread_mutex_unlock(&t->mutex);
        t->wake(s.who);
        pthread_mutex_lock(&t->mutex);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

enum etl_status timers_start(void (*wake)(void *sleeper), const struct clock *clock, struct timers **out,
                             struct err *err)
{
    struct timers *t = calloc(1, sizeof *t);

    if (t == NULL)
        memory_exhausted("the sandbox's timers", sizeof *t);
    t->wake = wake;
    t->clock = clock;
    pthread_mutex_init(&t->mutex, NULL);
    clock_condition_init(&t->changed);
    if (pthread_create(&t->thread, NULL, run, t) != 0) {
        t->stopped = true;
        timers_free(t);
        return err_set(err, ETL_FAIL, "thread", "cannot start a thread");
    }
    *out = t;
    return ETL_OK;
}

void timers_add(struct timers *t, uint64_t delay_ms, void *sleeper)
{
    bool at_once;

    pthread_mutex_lock(&t->mutex);
    at_once = t->stopped;
    if (!at_once) {
        push(t, (struct sleeper){ clock_monotonic_ns(t->clock) + delay_ms * 1000000U, t->next_order++, sleeper });
        pthread_cond_signal(&t->changed);
    }
    pthread_mutex_unlock(&t->mutex);
    if (at_once)
        t->wake(sleeper);
}

void timers_stop(struct timers *t)
{
    pthread_mutex_lock(&t->mutex);
    t->stopped = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->mutex);
    pthread_join(t->thread, NULL);
    while (t->count != 0)
        t->wake(pop(t).who);
}

void timers_free(struct timers *t)
{
    if (t == NULL)
        return;
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->mutex);
    free(t->heap);
    free(t);
}
