/* etl/connection/exchange.h - one request and what became of it: a command and its values, sent until the answer is worth having.
 *
 * Lifetime  belongs to the caller and stays until it came back from exchanges_next(). Texts of the answer live in its `mem`.
 * Secrets   reason and reply are masked here, before anything else sees them. */
#ifndef ETL_CONNECTION_EXCHANGE_H
#define ETL_CONNECTION_EXCHANGE_H

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

/* The provider's probe, ready to be sent. */
void exchange_probe(const struct provider *p, struct arena *mem, struct exchange *out);

/* What the answer says: fills in how the exchange ended. */
void exchange_read_answer(struct exchange *x, const struct connection *c, struct reply_judge *judge,
                          struct transfer *t);

#endif
