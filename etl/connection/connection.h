/* etl/connection/connection.h - a named account at a provider: its description, credentials, limits.
 *
 * Credentials  env:NAME, file:PATH (refused if others can read it) or cred:NAME (systemd's credentials directory). They are
 *              wiped at close, and stand in no message and no file.
 * Account      what a run is bound to: provider, URL and a keyed fingerprint of the first credential, which names the
 *              account (a login, or an access code); the others prove it and may be renewed at any time.
 * Lock         account_lock.h. */
#ifndef ETL_CONNECTION_CONNECTION_H
#define ETL_CONNECTION_CONNECTION_H

#include "etl/connection/config.h"
#include "etl/core/system/clock.h"
#include "etl/core/system/random.h"
#include "providers/wires/wire.h"

struct connection {
    const struct config_connection *config;
    const struct provider          *provider;
    bool                            provider_is_lent;
    const struct wire              *wire; /* as `wire:` says, else the provider's first */
    struct str                      name, url;
    const struct login             *login;       /* how it proves who asks; NULL: the credentials simply go along */
    struct credential_value        *credentials; /* by provider->credentials */
    struct arena                    made_mem;    /* those that are put together: a session's token stands in here */
    struct provider_limits          limits;      /* settled: nothing is 0 but per_day */
    char                            account[33]; /* keyed fingerprint of provider, URL and account, in hex */
    const char                     *base_path;   /* what file: is relative to */
    int                             lock_fd;
    const struct clock             *clock;  /* what waiting, pace and times go by */
    struct random                  *random; /* the chance in how long a retry waits */
};

struct connection_options {
    const struct config *config;
    struct str           name;
    const struct key    *key; /* NULL: the account is not asked for */
    const struct clock  *clock;
    struct random       *random;
    /* NULL: as the configuration names it. Else the description that a run carries, which must be of the same provider; it outlives the connection. */
    const struct provider *provider;
    bool
        provider_was_used; /* by this connection, for this run: it is not compared with the configured one, which may be gone */
};
/* Loads the description and the credentials; all faults at once. */
enum etl_status connection_open(const struct connection_options *o, struct arena *mem, struct connection *out,
                                struct findings *faults);
void            connection_close(struct connection *c);
/* Reads file: and cred: again after a login verdict. True when something is different now. */
bool connection_read_again(struct connection *c, struct arena *mem);
/* The session that every request carries from now on; STR_NONE: none is open. */
void connection_set_token(struct connection *c, struct str token);
/* A text with {credentials}. */
struct str connection_text(const struct connection *c, const struct text *text, struct str token, struct arena *mem);
/* The text without the credentials and the call's own secret values, whichever way they are quoted. `values` by command->params; may be NULL. */
struct str connection_redact(const struct connection *c, struct str text, const struct command *command,
                             const struct value *values, struct arena *mem);

#endif
