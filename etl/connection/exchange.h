/* etl/connection/exchange.h - one request until it has an answer worth having: paced, and sent again exactly where that is no repetition.
 *
 * Sent again   what provably never left; what the provider throttled (Retry-After, else backoff with jitter); after a login verdict once,
 *              when file: or cred: hold something new; and reads (may_repeat), whatever broke. A write whose answer did not arrive
 *              comes back as EXCHANGE_LOST at once.
 * Sessions     where the connection's login needs one (session.h), it is opened ahead of the first request and when it has lapsed;
 *              a call that was refused for that was not carried out and is sent again.
 * Limits       concurrency, requests per second, tries: the connection's.
 * Breaker      failures of the network or outages in a row, with no answer between them, stop it all: stop is ETL_AGAIN and
 *              stop_err says why. So do a login verdict, and a provider that throttles and never serves. Nothing is begun after that, nor
 *              after *stop_asked; what waits comes back NOT_SENT.
 * Threads      one owner. Lifetime: an exchange belongs to the caller and stays until it came back. */
#ifndef ETL_CONNECTION_EXCHANGE_H
#define ETL_CONNECTION_EXCHANGE_H

#include <signal.h>

#include "etl/connection/connection.h"
#include "etl/connection/transfer.h"

/* Where a report goes as it comes, from its first byte at every try. */
struct exchange_stream {
    void (*begin)(void *context);
    bool (*bytes)(void *context, struct str bytes); /* false: it cannot be kept; that ends it as LOST */
    /* No more comes. The records that were in it; ETL_REJECT and err: it cannot be read. */
    enum etl_status (*end)(void *context, size_t *records, struct err *err);
    void *context;
};
enum exchange_end { EXCHANGE_ANSWERED, EXCHANGE_LOST, EXCHANGE_NOT_SENT, EXCHANGE_UNSENDABLE /* cannot be encoded */ };
struct exchange {
    const struct command         *command;
    const struct value           *values;
    const struct pair_value      *extra;
    size_t                        extra_count;
    const struct exchange_stream *stream; /* or NULL */
    bool                          may_repeat;
    bool                          test;          /* in the provider's test mode: changes nothing there */
    uint64_t                      not_before_ms; /* monotonic; 0: now */
    struct arena                 *mem;
    void                         *owner;
    /* how it ended; texts live in mem, masked */
    enum exchange_end   end;
    struct verdict      verdict;  /* ANSWERED */
    bool                unproven; /* of a stream: nothing said where the answer ends */
    int                 http;
    unsigned            tries;      /* requests begun */
    struct str          why, reply; /* reply: what came, clipped, printable */
    int64_t             server_time;
    uint64_t            took_us;
    enum transfer_reach reach;       /* how far it got */
    uint64_t            fingerprint; /* of the whole reply: the same question, the same answer? */
    /* its own */
    struct transfer       *transfer;
    struct exchange       *next;
    struct transfer_stream through;               /* to `stream` */
    unsigned               failures, credentials; /* credentials: by which reading of them it was sent */
    unsigned               sessions;              /* that refused it */
    uint32_t               session;               /* the one it was sent in */
    bool                   opens_session;
};

struct session;
struct exchanges {
    struct connection     *connection;
    const struct clock    *clock; /* the connection's */
    struct transfers      *transfers;
    struct reply_judge    *judge;
    struct arena          *run_mem;
    struct exchange       *waiting, **waiting_end;
    size_t                 waiting_count, in_flight;
    double                 tokens;
    uint64_t               tokens_at_ms, pause_until_ms;
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
void            exchange_submit(struct exchanges *e, struct exchange *x);
/* One that ended, or NULL after at most wait_ms (or a signal). */
struct exchange *exchanges_next(struct exchanges *e, uint64_t wait_ms);
/* How many more could begin this moment, beyond those that wait already. */
size_t exchanges_room(struct exchanges *e);
/* When there may be room again, as far as pace decides it: in so many ms. */
uint64_t exchanges_pause_ms(struct exchanges *e);
/* One alone, to its end; for the probe and what `connection check` asks. */
void exchange_run(struct exchanges *e, struct exchange *x);
/* The provider's probe, ready to be sent. */
void exchange_probe(const struct provider *p, struct arena *mem, struct exchange *out);

#endif
