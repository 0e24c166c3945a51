/* providers/sandbox/server.h - HTTP on loopback: a request goes to the provider that its path names; its answer is damaged where a fault was ordered.
 *
 * Threads  libmicrohttpd's: a few, each with an epoll of its own. None of them ever waits: a delayed answer suspends its
 *          connection, and a timer resumes it.
 * Limits   16 MiB a request; 4,096 connections. */
#ifndef PROVIDERS_SANDBOX_SERVER_H
#define PROVIDERS_SANDBOX_SERVER_H

#include "etl/core/system/clock.h"
#include "providers/sandbox/certificates.h"
#include "providers/sandbox/control.h"

struct server;
struct server_options {
    uint16_t                   port; /* 0: any that is free */
    unsigned                   threads;
    const struct certificates *certificates; /* NULL: plain HTTP */
    const struct clock        *clock;
};
/* `shared`, `all_hosted` and `control` must outlive the server. */
enum etl_status server_start(const struct server_options *o, const struct sandbox_shared *shared,
                             struct control *control, struct server **out, struct err *err);
uint16_t        server_port(const struct server *s);
/* Closes everything; delayed answers are sent at once. NULL is fine. */
void server_stop(struct server *s);

#endif
