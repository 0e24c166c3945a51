/* providers/sandbox/certificates.h - a CA made for this start and a server certificate it signed: 127.0.0.1, ::1, localhost.
 *
 * The CA's key is thrown away at once, so it can sign nothing else. The server's key is written to no file. */
#ifndef PROVIDERS_SANDBOX_CERTIFICATES_H
#define PROVIDERS_SANDBOX_CERTIFICATES_H

#include "etl/core/err.h"
#include "etl/core/system/random.h"

struct certificates { /* PEM, NUL-terminated, in the arena given */
    const char *ca, *server, *server_key;
};
/* Valid from an hour before `now` (seconds since 1970) for 30 days. The serial numbers come from `random`, the keys from OpenSSL's own. */
enum etl_status certificates_make(int64_t now, struct random *random, struct arena *mem, struct certificates *out,
                                  struct err *err);

#endif
