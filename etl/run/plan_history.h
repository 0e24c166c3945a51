/* etl/run/plan_history.h - which plans of a mapping were finished before: when, of which bytes, how many records.
 *
 * One file for each mapping's name in the folder "plans" of the state folder, 0600, append only: a line that names the format, then a JSON
 * object for each plan, oldest first. The newest is told by its place, not by its time: clocks are set back.
 *
 * Durable  what plan_history_add() wrote is on the disk when it returns. A lock keeps two plans from writing at once; nobody waits longer than
 *          HISTORY_WAIT_MS for it.
 * Damage   a line that cannot be read (the last one, where power failed) is warned of and skipped; the next one begins on a line of its own.
 * Limits   the newest HISTORY_PLANS_MAX plans are kept.
 * Errors   reading never fails: where the file cannot be read, it warns, and no plan is known. Lifetime: texts live in the arena given. */
#ifndef ETL_RUN_PLAN_HISTORY_H
#define ETL_RUN_PLAN_HISTORY_H

#include "etl/core/err.h"
#include "etl/core/system/clock.h"

enum { HISTORY_WAIT_MS = 5000 };

struct planned_input { /* what a plan read for one input */
    struct str name, file, sha256;
    uint64_t   bytes, read, planned, rejected;
};
struct planned {
    struct str                  made, run; /* when, ISO 8601; its folder, absolute */
    uint64_t                    calls, lanes;
    const struct planned_input *inputs;
    size_t                      input_count;
};

struct history_place {          /* whose history */
    const char         *folder; /* the state folder's "plans" */
    struct str          mapping;
    const struct clock *clock;
};
struct plan_history {
    struct arena    *mem;
    struct findings *warnings;
    struct str       lines; /* without the first */
    const char      *path;
    bool             has_warned;
};

void plan_history_open(const struct history_place *place, struct arena *mem, struct findings *warnings,
                       struct plan_history *out);
/* The newest plan that had this input; false: there is none. *input is its part of the plan. */
bool plan_history_last(struct plan_history *h, struct str input, struct planned *out, const struct planned_input **its);
/* The newest plan that had these very bytes in this input. */
bool plan_history_with(struct plan_history *h, struct str input, struct str sha256, struct planned *out,
                       const struct planned_input **its);
/* A plan was finished. ETL_AGAIN: the disk is full, or another plan holds the lock; ETL_FAIL: the folder cannot be written. */
enum etl_status plan_history_add(const struct history_place *place, const struct planned *plan, struct arena *mem,
                                 struct err *err);

#endif
