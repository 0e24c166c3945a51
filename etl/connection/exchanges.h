/* etl/connection/exchanges.h - the requests to a provider: paced, and sent again exactly where that is no repetition.
 *
 * Sent again   what provably never left; what the provider throttled (Retry-After, else backoff with jitter); after a login verdict once,
 *              when file: or cred: hold something new; and reads (may_repeat), whatever broke. A write whose answer did not arrive
 *              comes back as EXCHANGE_LOST at once.
 * Sessions     where the connection's login needs one (session.h), it is opened ahead of the first request and again when it has lapsed. A
 *              call that was refused because of its session was not carried out, so it is sent again.
 * Limits       concurrency, requests per second, tries: the connection's.
 * Breaker      failures of the network or outages in a row, with no answer between them, stop everything: stop is ETL_AGAIN and stop_err
 *              says why. So do a login verdict, and a provider that throttles and never serves. Nothing is begun after that, nor after
 *              *stop_asked; what waits comes back NOT_SENT.
 * Threads      one owner. */
#ifndef ETL_CONNECTION_EXCHANGES_H
#define ETL_CONNECTION_EXCHANGES_H

#include <signal.h>

#include "etl/connection/exchange.h"
#include "etl/connection/pace.h"

struct session;
struct exchanges {
    struct connection     *connection;
    const struct clock    *clock; /* the connection's */
    struct transfers      *transfers;
    struct reply_judge    *judge;
    struct arena          *run_mem;
    struct exchange       *waiting, **waiting_end;
    size_t                 waiting_count, in_flight;
    struct pace            pace;
    unsigned               row;           /* failures in a row */
    unsigned               throttled_row; /* "slow down" in a row, and nothing served between */
    unsigned               credentials;   /* how often they were read again */
    struct session        *session;
    volatile sig_atomic_t *stop_asked; /* or NULL */
    bool                   drain;      /* begin nothing more */
    enum etl_status        stop;       /* ETL_OK: going on */
    struct err             stop_err;
    uint64_t               sent; /* requests, for the summary */
};

enum etl_status exchanges_open(struct connection *c, struct arena *run_mem, struct exchanges *e, struct err *err);
void            exchanges_close(struct exchanges *e);
void            exchanges_submit(struct exchanges *e, struct exchange *x);
/* One that ended, or NULL after at most wait_ms (or a signal). */
struct exchange *exchanges_next(struct exchanges *e, uint64_t wait_ms);
/* How many more could begin this moment, beyond those that wait already. */
size_t exchanges_room(struct exchanges *e);
/* When there may be room again, as far as pace decides it: in so many ms. */
uint64_t exchanges_pause_ms(struct exchanges *e);
/* One alone, to its end; for the probe and what `connection check` asks. */
void exchanges_run(struct exchanges *e, struct exchange *x);

#endif
