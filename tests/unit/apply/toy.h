/* tests/unit/apply/toy.h - a provider that is a set of things in memory, its description, and a connection to it: for tests of sending.
 *
 * What goes wrong is asked of the test per request; what was carried out is counted. */
#ifndef TESTS_UNIT_APPLY_TOY_H
#define TESTS_UNIT_APPLY_TOY_H

#include "etl/apply/scheduler.h"
#include "tests/unit/check.h"
#include "tests/unit/connection/little_server.h"
#include "tests/unit/skipping_clock.h"

enum toy_fault {
    TOY_NONE,
    TOY_DROP_BEFORE,
    TOY_DROP_AFTER,
    TOY_CUT_OFF,
    TOY_GARBAGE,
    TOY_503,
    TOY_503_AFTER,
    TOY_429,
    TOY_HTML,
    TOY_SLOW
};
enum { TOY_THINGS_MAX = 5000, TOY_KEY = 40 };
struct toy_thing {
    char     key[TOY_KEY], pass[TOY_KEY];
    unsigned executed; /* creates carried out with this key */
};
struct toy_asked {
    const char *command, *key;
    unsigned    number, nth_of_key; /* of all requests; of this command and key */
};
struct toy {
    struct toy_thing things[TOY_THINGS_MAX];
    size_t           thing_count;
    enum toy_fault (*fault)(void *context, const struct toy_asked *asked); /* or NULL */
    void       *context;
    const char *password; /* what auth must be */
    unsigned    writes, reads, reports, notes, throttled, refused_logins, doubles, tests;
    unsigned    delay_ms;
    unsigned    running, most_running;
    char        keys_seen[TOY_THINGS_MAX][TOY_KEY + 24];
    unsigned    times_seen[TOY_THINGS_MAX];
    size_t      seen_count;

    /* the client's side */
    struct skipping_clock time; /* no test waits for Retry-After */
    char                  folder[64];
    struct little_server *server;
    struct arena          mem;
    struct config         config;
    struct key           *key;
    struct connection     connection;
    struct exchanges      exchanges;
    struct ledger        *ledger;
    struct scheduler      scheduler;
    volatile sig_atomic_t stop;
    struct buf            heads, plan; /* the calls of the first line; the other lines */
    uint64_t              seq;
};

/* limits: "concurrency: 4, per_second: 1000, timeout_seconds: 2, tries: 3" */
void     toy_open(struct toy *t, bool tls, const char *limits);
void     toy_close(struct toy *t);
unsigned toy_has(const struct toy *t, const char *key); /* how many rows bear the key */
unsigned toy_executed(const struct toy *t, const char *key);
void     toy_put(struct toy *t, const char *key, const char *pass); /* there before */

/* A line of the plan; params is JSON. */
void toy_call(struct toy *t, const char *lane, const char *command, const char *params);
/* Opens (and, the first time, loads) the ledger and runs all lanes; closes again. The status of scheduler_run. */
enum etl_status toy_apply(struct toy *t, struct err *err);
/* The state and reason of the nth call (1-based, by lanes). */
enum call_state       toy_state(struct toy *t, uint64_t number, struct str *reason);
void                  toy_counts(struct toy *t, struct ledger_counts *out);
const struct command *toy_command(const struct toy *t, const char *name);

#endif
