/* etl/pull/pull_options.h - what a pull is told: which reports of which connection, into which archive, what becomes of the secrets.
 *
 * Lifetime  everything pointed at is the caller's and outlives the pull. */
#ifndef ETL_PULL_PULL_OPTIONS_H
#define ETL_PULL_PULL_OPTIONS_H

#include <signal.h>

#include "etl/connection/connection.h"
#include "etl/secrets/secret_mode.h"
#include "formats/envelope.h"

struct pull_options {
    const char               *archive;
    struct connection        *connection;
    const char *const        *reports; /* by name; none: all */
    size_t                    report_count;
    const char               *from, *to; /* "2026-11-24": for reports that cover a time */
    const struct pair_value  *ask;       /* parameter and value, for reports that cannot be asked without one */
    size_t                    ask_count;
    struct secret_writer      secrets;
    const struct envelope_to *to_whom; /* who can open the archive; NULL: it is not encrypted */
    const char               *against; /* an earlier archive: this one must not be much smaller; or NULL */
    bool                      accept_shrink;
    const char               *version, *made; /* "2026-11-24T03:04:05Z" */
    volatile sig_atomic_t    *stop_asked;
};

#endif
