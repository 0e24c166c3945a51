/* etl/connection/transfer.h - many HTTP requests at the same time, by libcurl's multi handle; how a request ended, and what that proves.
 *
 * A transfer ends in one of three ways, and the caller may conclude exactly this:
 *   WHOLE     an answer came, and the transport said that it is whole (Content-Length, chunked end, HTTP/2 end of stream).
 *   NOT_SENT  no byte of the request left: name, connection or TLS failed first. Sending it again is no repetition.
 *   LOST      everything else: bytes may have arrived and been acted upon, whatever broke afterwards.
 *
 * Never twice  libcurl re-sends a POST by itself when a reused connection turns out closed, and reports success. Here a
 *              body comes from a read callback that cannot rewind, and a second start of the same request is aborted.
 * TLS          verified, always; ca_file is trusted besides the system's. Redirects are not followed, proxies of the
 *              environment are not used, only http and https are spoken.
 * Threads      one pool, one thread. Memory: a handle and its buffers per concurrent transfer. */
#ifndef ETL_CONNECTION_TRANSFER_H
#define ETL_CONNECTION_TRANSFER_H

#include "providers/replies/reply.h"
#include "providers/wires/wire.h"

enum transfer_end { TRANSFER_WHOLE, TRANSFER_NOT_SENT, TRANSFER_LOST };
/* How far a new connection got before it failed: tells a person where to look. */
enum transfer_reach { REACH_NAME, REACH_CONNECT, REACH_TLS, REACH_ANSWER };

/* Takes a body piece by piece. false: it cannot take more; the transfer ends as LOST. */
struct transfer_stream {
    bool (*bytes)(void *context, struct str bytes);
    void *context;
};
struct transfer {
    struct request                request; /* filled by the caller between take and start */
    void                         *owner;
    const struct transfer_stream *stream; /* NULL: into body. With one, body has the first REPLY_HEAD bytes of it */
    /* the answer, valid until the transfer is given back */
    enum transfer_end   end;
    enum transfer_reach reach;
    bool       unproven;      /* LOST only because nothing told the body's length: the connection was closed in order */
    int        status;        /* HTTP, 0: none */
    struct buf headers, body; /* headers: lines "Name: value\n" of the last response */
    char       content_type[128];
    char       why[300];    /* NOT_SENT, LOST: one line for a person */
    int64_t    server_time; /* Date of the pool's first answer, seconds; -1: none, or a later one */
    uint64_t   took_us;
    struct transfer_private *private_;
};

struct transfer_options {
    uint32_t    concurrency;
    uint64_t    timeout_ms;
    const char *ca_file; /* or NULL */
    const char *user_agent;
    size_t      max_reply;
};
struct transfers;
enum etl_status transfers_open(const struct transfer_options *options, struct transfers **out, struct err *err);
void            transfers_close(struct transfers *t); /* requests in flight are dropped */

struct transfer *transfer_take(struct transfers *t); /* one that is idle, with an empty request; NULL: all are in use */
void             transfer_start(struct transfers *t, struct transfer *x);
void             transfer_give_back(struct transfers *t, struct transfer *x); /* wipes its request and answer */
size_t           transfers_in_flight(const struct transfers *t);
/* Waits up to wait_ms for a transfer to end and returns it; NULL: none did. Call again with wait_ms 0 for further ones. A signal ends the
 * waiting early. */
struct transfer *transfers_next(struct transfers *t, uint64_t wait_ms);

#endif
