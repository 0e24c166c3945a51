/* providers/sandbox/server.h - HTTP on loopback: requests go to the desks by their path, answers go back as faults have them.
 *
 * Threads  libmicrohttpd's: a few, each with an epoll of its own. Nothing here blocks one: a delayed answer is put to sleep
 *          with its connection, and a timer wakes it.
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
/* `house`, `desks` and `control` must outlive the server. */
enum etl_status server_start(const struct server_options *o, const struct house *house, struct control *control,
                             struct server **out, struct err *err);
uint16_t        server_port(const struct server *s);
/* Closes everything; sleeping answers are sent at once. NULL is fine. */
void server_stop(struct server *s);

#endif
