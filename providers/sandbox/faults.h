/* providers/sandbox/faults.h - ordered faults: what goes wrong with which request.
 *
 * A fault is written KIND[=N][:RATE][,command=X][,provider=P][,after=N][,times=N][,reused]
 *
 *   drop-before         the connection closes, nothing is processed
 *   drop-after          processed, then the connection closes without a reply
 *   delay=MS            processed, the reply is sent this much later
 *   status=503          this status, nothing is processed
 *   status-after=500    processed, then this status
 *   cutoff[=BYTES]      processed, the connection is closed after this many bytes of the declared length; default: half of them
 *   garbage             processed, 200 with random bytes
 *   html                a maintenance page with 200, nothing is processed
 *   empty               nothing is processed, 200 and not a byte
 *   throttle            429 with Retry-After: 1, nothing is processed
 *   login               the credentials are refused
 *   lapse               all sessions end; the request counts as one without a session
 *   close-idle          a whole reply that promises keep-alive; then the connection is closed
 *   no-length[=BYTES]   processed, the reply has no length and ends with the connection, after this many bytes at most
 *
 * and damage to reports:
 *
 *   latin1              text that is not ASCII comes in ISO 8859-1
 *   control             a control character (vertical tab) stands in every cell that is a word or prose
 *   raw-quotes          CSV: quotes inside a cell are not doubled
 *   roots               XML: the records stand without an element around them, so there are several roots
 *
 * RATE is a share, `10%`, drawn from a seeded generator; default all. `after=N` skips the first N requests that fit,
 * `times=N` is the most times it happens, `reused` limits it to connections that have carried a request before.
 *
 * Of several faults that fit, the one ordered first happens. Delays add up and happen besides any other.
 *
 * Threads  any thread may call faults_pick(); a mutex guards it. */
#ifndef PROVIDERS_SANDBOX_FAULTS_H
#define PROVIDERS_SANDBOX_FAULTS_H

#include "etl/core/err.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_DROP_BEFORE,
    FAULT_DROP_AFTER,
    FAULT_DELAY,
    FAULT_STATUS,
    FAULT_STATUS_AFTER,
    FAULT_CUTOFF,
    FAULT_GARBAGE,
    FAULT_HTML,
    FAULT_EMPTY,
    FAULT_THROTTLE,
    FAULT_LOGIN,
    FAULT_CLOSE_IDLE,
    FAULT_LAPSE,
    FAULT_NO_LENGTH,
    FAULT_LATIN1,
    FAULT_CONTROL,
    FAULT_RAW_QUOTES,
    FAULT_ROOTS
};
const char *fault_name(enum fault_kind kind); /* "drop-before"; "" for none */
bool        fault_processes(enum fault_kind kind);

struct fault_choice {
    enum fault_kind kind;
    uint64_t        number; /* status, bytes */
    bool            has_number;
    uint64_t        delay_ms; /* in addition to the kind */
};
struct fault_request {
    struct str provider, command;
    bool       reused; /* it is not the first of its connection */
};

struct faults;
struct faults *faults_new(uint64_t seed);
void           faults_free(struct faults *f);
/* Replaces what was ordered by `specs`: separated by blanks or line ends, or one each. Nothing changes on an error. */
enum etl_status     faults_set(struct faults *f, const struct str *specs, size_t count, struct err *err);
struct fault_choice faults_pick(struct faults *f, const struct fault_request *request);
/* Random bytes from the same generator. */
void faults_noise(struct faults *f, unsigned char *out, size_t n);

#endif
