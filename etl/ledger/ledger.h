/* etl/ledger/ledger.h - the durable state of every call of a run: what was sent, what became of it. The contract; sqlite_*.c keep it.
 *
 * Numbers   calls are numbered from 1, lane by lane in the plan's order of lanes, within a lane in the order they are sent: a lane's
 *           calls are neighbours. The calls of before: come first, those of after: last.
 * Groups    what stands between ledger_begin() and ledger_commit() becomes durable together, before commit returns. A call is claimed in a
 *           group before its first byte leaves, and settled in a later one. When commit does not return ETL_OK, the whole group is undone and
 *           the caller repeats what it must.
 * Owner     who opened the ledger for writing. A claim belongs to its owner: nobody else gets the call until it is settled, or until the
 *           owner is gone and ledger_recover() makes the call uncertain. A run folder has one owner at a time, whoever holds its run.lock.
 * States    pending → sending → done | refused | failed | uncertain | blocked; pending again when it provably was not sent.
 * Checked   a change outside a group, a settlement that is no outcome, a second settlement: must.h, exit code 70.
 * Secrets   none: reasons and replies come masked, values are not stored at all.
 * Threads   one owner, one thread. Another process may read while it writes.
 * Memory    flat in calls.
 * Errors    ETL_AGAIN: it cannot be written now (disk full, busy); ETL_FAIL: damaged, or another plan's. */
#ifndef ETL_LEDGER_LEDGER_H
#define ETL_LEDGER_LEDGER_H

#include "etl/core/arena.h"
#include "etl/core/err.h"
#include "etl/core/value.h"

enum call_state {
    CALL_PENDING,
    CALL_SENDING,
    CALL_DONE,
    CALL_REFUSED,
    CALL_FAILED,
    CALL_UNCERTAIN,
    CALL_BLOCKED,
    CALL_STATES
};
extern const char *const call_state_names[]; /* "pending" … in results.csv "not sent" */

enum { LANE_BEFORE = 0 }; /* lane number of the before: calls */
#define LANE_AFTER (UINT64_C(1) << 40)

struct ledger;
/* The ledger of a run folder. plan_root: names its plan, the root of its seal; the ledger of another plan is refused; STR_NONE: of any plan. write: made when there
 * is none. For reading only, ETL_END when there is none yet. */
enum etl_status ledger_open(const char *folder, struct str plan_root, bool write, struct ledger **out, struct err *err);
void            ledger_close(struct ledger *l);
/* Was anything ever sent from this run folder? LEDGER_SENT also when that cannot be read; LEDGER_NONE: there is no ledger, or none was loaded. */
enum ledger_sent { LEDGER_NONE, LEDGER_UNSENT, LEDGER_SENT };
enum ledger_sent ledger_anything_sent(const char *folder);

/* ---- loading a plan: all or nothing, at the first test or apply ---- */
enum ledger_stage { LEDGER_BEFORE, LEDGER_LANE, LEDGER_AFTER };
struct ledger_new_call {
    enum ledger_stage stage;
    struct str id, lane, command, source; /* lane: its key, LEDGER_LANE only; source: the record it was made from */
    uint64_t   order;                     /* within its lane; equal ones go by offset, then by nth */
    uint64_t   offset, length,
        nth; /* its place in the plan, for whoever reads it again: a line, and which of its calls, from 0 */
};
struct ledger_source {
    /* ETL_END behind the last call. What a call points to is good until the next one. */
    enum etl_status (*next)(void *context, struct ledger_new_call *out, struct err *err);
    void *context;
};
bool            ledger_loaded(const struct ledger *l);
enum etl_status ledger_load(struct ledger *l, const struct ledger_source *source, struct err *err);

/* ---- calls ---- */
struct ledger_call {
    uint64_t        number, lane;
    uint64_t        offset, length, nth; /* its place in the plan */
    enum call_state state;
    uint32_t        tries;
    bool            has_baseline, there_before; /* what the read before the first sending saw */
    uint64_t        baseline_print;             /* fingerprint of its whole reply */
    uint64_t        absent_at_ms;               /* when a read-back first did not find it; 0: not yet */
};
/* The first pending or uncertain call at or after `number`; ETL_END when there is none. */
enum etl_status ledger_next_open(struct ledger *l, uint64_t number, struct ledger_call *out, struct err *err);
enum etl_status ledger_call_at(struct ledger *l, uint64_t number, struct ledger_call *out, struct err *err);
/* When it was settled last, 0: never. */
enum etl_status ledger_settled_at(struct ledger *l, uint64_t number, uint64_t *at_ms, struct err *err);
uint64_t        ledger_call_count(const struct ledger *l);

/* The names of the commands that have a pending call. */
enum etl_status ledger_pending_commands(struct ledger *l, struct arena *mem, struct str **names, size_t *count,
                                        struct err *err);
/* The number of the first call of the lanes, and of after:; one past the last call where there are none. */
uint64_t ledger_lanes_begin(const struct ledger *l);
uint64_t ledger_after_begins(const struct ledger *l);

struct ledger_lane {
    uint64_t number, first, count; /* its calls are first … first + count - 1 */
};
uint64_t        ledger_lane_count(const struct ledger *l);
enum etl_status ledger_lane_find(struct ledger *l, struct str key, struct ledger_lane *out,
                                 struct err *err); /* ETL_END: none */
enum etl_status ledger_lane_at(struct ledger *l, uint64_t lane, struct ledger_lane *out, struct err *err);

/* ---- changes, in groups ---- */
struct settlement {
    enum call_state          state; /* CALL_PENDING: provably not sent, to be sent again */
    uint64_t                 at_ms;
    int                      http;          /* 0: no answer */
    bool                     verified;      /* settled by reading back */
    int32_t                  tries;         /* sendings besides the one that the claim counted; -1: not even that */
    struct str               reason, reply; /* masked; clipped here */
    const struct pair_value *captures;      /* "customer.id": value; absent ones are left out */
    size_t                   capture_count;
};
enum etl_status ledger_begin(struct ledger *l, struct err *err);
enum etl_status ledger_commit(struct ledger *l, struct err *err);
void            ledger_rollback(struct ledger *l);
struct ledger_claim {
    uint64_t number;
    bool     claimed; /* out; false: another owner has it, or it is settled: it is not ours to send */
};
enum etl_status ledger_claim(struct ledger *l, struct ledger_claim *claims, size_t count, struct err *err);
enum etl_status ledger_settle(struct ledger *l, uint64_t number, const struct settlement *s, struct err *err);
/* The pending calls of the lane behind `number` are blocked; those that were blocked are pending again. */
enum etl_status ledger_block_behind(struct ledger *l, uint64_t number, uint64_t lane, struct err *err);
enum etl_status ledger_release_behind(struct ledger *l, uint64_t number, uint64_t lane, struct err *err);
enum etl_status ledger_baseline(struct ledger *l, uint64_t number, bool there, uint64_t fingerprint, struct err *err);
enum etl_status ledger_absent(struct ledger *l, uint64_t number, uint64_t at_ms, struct err *err);
/* Makes uncertain every call that is `sending` for this owner or for one that is gone: it may have been carried out. Under the run folder's
 * lock every other owner is gone, so these are all such calls. *calls: how many. */
enum etl_status ledger_recover(struct ledger *l, uint64_t *calls, struct err *err);
/* "customer.id" as the latest done call before `number` in its lane captured it; else ETL_END. */
enum etl_status ledger_capture(struct ledger *l, const struct ledger_call *call, struct str name, struct arena *mem,
                               struct str *out, struct err *err);
enum etl_status ledger_capture_of_lane(struct ledger *l, struct str lane_key, struct str name, struct arena *mem,
                                       struct str *out, struct err *err);

/* ---- room: kept so that what is in flight can be settled when nothing new can be written ---- */
enum etl_status ledger_reserve(struct ledger *l,
                               struct err    *err);      /* before the first claim; ETL_AGAIN: there is no room */
void            ledger_use_reserve(struct ledger *l); /* after ETL_AGAIN: settle what is in flight, claim nothing */

/* ---- the run's own facts; each call is durable by itself ---- */
struct ledger_binding {
    struct str connection, provider, url, account; /* STR_NONE: nothing was sent yet */
};
enum etl_status ledger_bound(struct ledger *l, struct arena *mem, struct ledger_binding *out, struct err *err);
enum etl_status ledger_bind(struct ledger *l, const struct ledger_binding *b, struct err *err);
struct ledger_rung {
    struct str name, account, connection, at; /* "test" "canary" "all"; at: ISO 8601 */
};
enum etl_status ledger_rung_add(struct ledger *l, const struct ledger_rung *rung, struct err *err);
enum etl_status ledger_rungs(struct ledger *l, struct arena *mem, struct ledger_rung **out, size_t *count,
                             struct err *err);
enum etl_status ledger_test_outcome(struct ledger *l, uint64_t number, struct str outcome, struct str reason, int http,
                                    struct err *err);

/* ---- reading it all, for results and status ---- */
struct ledger_counts {
    uint64_t calls, by_state[CALL_STATES], lanes;
    uint64_t open_lanes; /* only where lanes are counted one by one */
};
/* Every call's lane and state, in order; cheaper than rows. */
enum etl_status ledger_each_state(struct ledger *l, void (*visit)(void *context, uint64_t lane, enum call_state state),
                                  void *context, struct err *err);
/* The calls in the plan's order, one a call of this function, ETL_END behind the last. `begin`: anew, from the place `offset` on; what it
 * sorts goes to temporary files where it is much. */
struct ledger_place {
    uint64_t        offset, nth;
    enum call_state state;
};
void            ledger_places_begin(struct ledger *l, uint64_t offset);
enum etl_status ledger_places_next(struct ledger *l, struct ledger_place *out, struct err *err);
void            ledger_places_end(struct ledger *l);
enum etl_status ledger_count(struct ledger *l, struct ledger_counts *out, struct err *err);
struct ledger_row {
    uint64_t        number, lane, at_ms;
    struct str      id, lane_key, source, command, reason, reply, test_outcome, test_reason;
    enum call_state state;
    uint32_t        tries;
    int             http, test_http;
    bool            verified;
};
/* Test outcomes and how many calls had each, the commonest first. */
struct ledger_tested {
    struct str outcome;
    uint64_t   calls;
};
enum etl_status ledger_tested(struct ledger *l, struct arena *mem, struct ledger_tested **out, size_t *count,
                              struct err *err);
/* The key of the first lane that has a call in this state, or with this test outcome; ETL_END: none. */
enum etl_status ledger_first_tested(struct ledger *l, const char *outcome, struct arena *mem, struct str *key,
                                    struct err *err);
enum etl_status ledger_first_lane(struct ledger *l, enum call_state state, struct arena *mem, struct str *key,
                                  struct err *err);
/* Rows in order, from `first`, until visit() says otherwise; what a row points to is good during the visit. */
enum etl_status ledger_each(struct ledger *l, uint64_t                                                   first,
                            enum etl_status (*visit)(void *context, const struct ledger_row *row), void *context,
                            struct err *err);

#endif
