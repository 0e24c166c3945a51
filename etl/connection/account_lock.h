/* etl/connection/account_lock.h - one writer to an account at a time, on this host: an flock on a file of the account.
 *
 * The file is $XDG_STATE_HOME/subferry/connections/<provider>-<account>/lock, shared by all runs of this host; the system releases it when the
 * process ends. connection_close() releases it sooner.
 * Errors  ETL_AGAIN: another process holds it; err names its process and run. */
#ifndef ETL_CONNECTION_ACCOUNT_LOCK_H
#define ETL_CONNECTION_ACCOUNT_LOCK_H

#include <signal.h>

#include "etl/connection/connection.h"

/* Waits up to wait_seconds, or until *stop_asked. run_path: what the next one is told. */
enum etl_status account_lock_take(struct connection *c, const char *run_path, uint64_t wait_seconds,
                                  const volatile sig_atomic_t *stop_asked, struct err *err);
/* How long to wait, as an option gives it: "90s", "15m", "2h" or plain seconds. */
bool seconds_from(const char *text, uint64_t *out);

#endif
