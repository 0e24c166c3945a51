/* tests/sim/world.h - one simulated world: all that outlives a process of ours. Time, the provider, what is under way to it, what was found.
 *
 * Everything follows from the seed. The world lies in memory that forked processes share: a life (life.h) is a process, and when it is killed
 * nothing of it stays but the world and its files.
 *
 * Units    time is in µs since the world began. Limits: the enum below; past one the simulator ends with 70, since it was laid out too small.
 * Threads  one process acts at a time; the one that started it waits. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "etl/core/err.h"
#include "etl/core/system/clock.h"
#include "etl/core/system/random.h"

enum {
    CALLS_MAX = 1000,
    ROWS_MAX = 240,
    LANES_MAX = 48,
    THINGS_MAX = 4000,
    UNDER_WAY_MAX = 400,
    DEEDS_KEPT = 4, /* of a call; how many there were is counted */
    VIOLATIONS_MAX = 1500,
    NAME = 20,
    PATH = 200
};
/* By their order in mapping.yaml; reads behind them. */
enum command_kind {
    MAKE,
    ATTACH,
    BREED,
    ENLIST,
    SIGN,
    SET,
    NOTE,
    UNDIAL,
    DROP,
    WRITES,
    FIND = WRITES,
    SEARCH,
    KIND,
    MEMBERS,
    COMMANDS
};
extern const char *const command_names[COMMANDS];
enum command_kind        command_from(struct str name); /* COMMANDS: none */

/* ---- what befalls requests (fate.h), who carries them out (back_office.h) ---- */

enum fate {
    WELL,
    SLOW,
    CONNECTION_REFUSED,
    LOST_BEFORE,
    LOST_AFTER,
    SILENCE,
    LATE,
    ANSWER_CUT,
    ANSWER_GARBLED,
    REPORT_SHORT,
    REFUSED,
    THROTTLED,
    THROTTLED_NO_TIME,
    ERROR_500,
    ERROR_500_AFTER,
    ERROR_502,
    ERROR_502_AFTER,
    ERROR_503,
    ERROR_503_AFTER,
    ERROR_504_AFTER,
    LOGIN,
    LOGIN_401,
    ERROR_403_AFTER,
    ERROR_404_AFTER,
    WEB_PAGE,
    WEB_PAGE_SAYS_OK,
    FATES
};
/* A request as the back office reads it. */
struct asked {
    enum command_kind command;
    int               call; /* of the script; -1: a read */
    bool              authorized;
    char              key[NAME], pass[NAME], to[NAME];
};
/* A request that the network has taken and the back office has not acted on. It outlives its sender. */
struct under_way {
    uint64_t     at_us;       /* when it is acted on; 0: a free place */
    uint64_t     gives_up_us; /* its sender, if it lives so long */
    uint64_t     serial;
    unsigned     life;
    enum fate    fate;
    struct asked asked;
};
enum thing_kind { THING, MEMBER, SIGNATURE, MAILBOX, DIAL_UP };
struct thing {
    enum thing_kind kind;
    char            key[NAME], pass[NAME];
    uint64_t        shown_us, gone_us, hidden_us; /* hidden: gone, and no read shows it any more; 0: still there */
};

/* ---- the calls, and what really became of each ---- */

/* Something that the back office did because of a call. */
struct deed {
    uint64_t  at_us;
    unsigned  life, era;
    enum fate fate;
    bool      late; /* whoever sent it had given up by then, or was dead */
};
struct sim_call {
    enum command_kind command;
    unsigned          row, lane, nth; /* nth: among the calls of this command in its lane, from 0 */
    int               makes_to;       /* attach: the call that yields `to`; else -1 */
    char              lane_key[NAME], key[NAME], pass[NAME];
    /* the truth */
    unsigned    requests, deed_count;
    struct deed deeds[DEEDS_KEPT];
    uint32_t    met;      /* fates of its requests, as bits */
    unsigned    thing_id; /* what it made, 0: nothing */
};

/* ---- what is checked (checks.h) ---- */

enum invariant { ONCE, TRUTH, BOOKS, DURABLE, ENDS, EXIT, ORDER, SOUND, INVARIANTS };
extern const char *const invariant_names[INVARIANTS];
struct violation {
    enum invariant invariant;
    int            call; /* -1: none */
    const char    *rule; /* which of the check's demands */
    unsigned       life;
    uint64_t       at_us, step;
    char           text[240];
};

/* ---- a life: one process that applies the run ---- */

struct life {
    unsigned number;
    bool     faults;           /* does the network misbehave? */
    bool     power_cut;        /* the kill also takes what was written and not synced */
    bool     resend;           /* --resend-uncertain */
    uint64_t kill_at, stop_at; /* steps; 0: never */
    uint64_t began_us, steps;
    uint64_t requests; /* that the network took from it */
    /* how it ended */
    bool     killed, stopped, ended;
    int      status; /* enum etl_status */
    char     rule[40], text[240];
    uint64_t recovered, told_requests, told_calls, told_states;
};

/* A deliberate fault of the simulator's own parts: shows that a check can fail. */
enum break_mode { BREAK_NONE, BREAK_TWICE, BREAK_UNSYNCED, BREAK_AMNESIA, BREAK_ENDLESS, BREAK_RESULTS, BREAKS };

struct world {
    uint64_t        seed;
    struct random   chance;
    uint64_t        now_us;
    int64_t         wall_ahead_ms; /* what somebody set the wall clock ahead; below 0: back */
    bool            verbose;
    uint64_t        digest; /* of the trace */
    enum break_mode broken;
    char            folder[PATH], run[PATH], config[PATH], extract[PATH];

    struct sim_call calls[CALLS_MAX];
    size_t          call_count;
    int             call_of[ROWS_MAX][WRITES]; /* -1: the row has none */
    uint64_t        rows_read, rows_planned, rows_rejected, rows_without;

    uint32_t         rate[FATES]; /* of 10,000 requests */
    uint64_t         lag_us;      /* how long a read may not show what was done */
    unsigned         killed_of_100, clock_steps_of_100, lives_least, backups_of_100; /* of trouble */
    unsigned         clocks_ahead; /* how often the wall clock was set ahead */
    struct thing     things[THINGS_MAX];
    size_t           thing_count, things_before_us;
    struct under_way under_way[UNDER_WAY_MAX];
    uint64_t         serials;
    unsigned         era; /* how often the run folder was put back or lost a part */

    struct life      life;
    struct violation violations[VIOLATIONS_MAX];
    size_t           violation_count;
    uint64_t         lives, kills, requests;
};

struct world *world_map(void); /* shared; one for all seeds */
void          world_begin(struct world *w, uint64_t seed, bool verbose, enum break_mode broken);

/* One line of the trace; the same seed gives the same lines. */
void world_trace(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Told once for a call and a rule. call -1: of no single call. */
void world_violation(struct world *w, enum invariant invariant, const char *rule, int call, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- chance ---- */
uint64_t world_between(struct world *w, uint64_t least, uint64_t most);
bool     world_chance(struct world *w, unsigned of_100);

/* ---- time ---- */
/* Time passes; what is under way and due is acted on, in its order. */
void     world_pass_until(struct world *w, uint64_t until_us);
uint64_t world_next_due(const struct world *w); /* UINT64_MAX: nothing is under way */
/* The clock that a life is given. */
struct clock world_clock(struct world *w);

#endif
