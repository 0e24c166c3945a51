/* tests/unit/connection/little_server.h - an HTTP server whose every byte a test decides: also the wrong ones, and none at all.
 *
 * One thread a connection; the script is called under a lock, so it may count without atomics. */
#ifndef TESTS_UNIT_CONNECTION_LITTLE_SERVER_H
#define TESTS_UNIT_CONNECTION_LITTLE_SERVER_H

#include "etl/core/buf.h"

struct asked_of_us {
    struct str head, body;
    unsigned   number;     /* 1-based over all requests that came whole */
    unsigned   connection; /* 1-based */
    unsigned   nth;        /* 1-based on its connection */
};
struct our_answer {
    struct buf bytes; /* as they go out */
    unsigned   delay_ms;
    bool       close; /* afterwards */
};
typedef void (*little_script)(void *context, const struct asked_of_us *asked, struct our_answer *answer);

struct little_server;
/* tls: with a certificate of a CA made for it; its PEM is at ca_path then. */
struct little_server *little_server_new(bool tls, little_script script, void *context);
void                  little_server_free(struct little_server *s);
const char           *little_server_url(const struct little_server *s); /* "https://127.0.0.1:1234/api" */
const char           *little_server_ca(const struct little_server *s);  /* a file, or NULL */
unsigned              little_server_requests(struct little_server *s);
unsigned              little_server_connections(struct little_server *s);

/* 200 text/plain with its length. */
void answer_text(struct our_answer *a, const char *body);
void answer_status(struct our_answer *a, int status, const char *headers, const char *body);
/* The value of a form field in the body, percent-decoded, in `out`. */
bool form_value(struct str body, const char *name, char *out, size_t size);

#endif
