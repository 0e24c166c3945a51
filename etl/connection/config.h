/* etl/connection/config.h - subferry.yaml: the connections, how each is reached, and the installation's key.
 *
 * Found   -c FILE, else ./subferry.yaml, else $XDG_CONFIG_HOME/subferry/subferry.yaml (default ~/.config). A file, or
 *         a folder holding it, that other users can write is refused: who can write it decides where passwords are sent.
 * Faults  all of a file at once, each at its place, with "did you mean". A credential that is written into
 *         the file is refused, and the message does not quote it.
 * Lifetime  what is loaded lives in `mem`. Descriptions are loaded one connection at a time. */
#ifndef ETL_CONNECTION_CONFIG_H
#define ETL_CONNECTION_CONFIG_H

#include "etl/core/notation/yaml.h"
#include "etl/secrets/key.h"
#include "providers/model/provider.h"

enum { RUNG_TEST = 1, RUNG_CANARY = 2, RUNG_ALL = 4 };
extern const char *const rung_names[]; /* "test" "canary" "all", NULL-ended; bit 1 << i */

struct config_connection {
    struct str             name, provider; /* provider: a stock name, or a path made relative to the file */
    struct str             wire;           /* which of the provider's wires; "": its first */
    struct str             login;          /* one of the description's logins; ptr NULL: its first */
    struct str             url;            /* "" : the description's */
    const struct yaml     *credentials;    /* name: where it is found */
    const char            *ca_file;        /* or NULL */
    bool                   plain_http, live;
    unsigned               require; /* rungs that apply demands */
    struct provider_limits limits;  /* 0: the description's */
    uint64_t               line;
    uint32_t               column;
};
struct config {
    const char               *path; /* NULL: there is none */
    struct yaml_source        source;
    const char               *key_path; /* or NULL: the default place */
    struct config_connection *connections;
    size_t                    connection_count;
};

/* typed: -c FILE or NULL. Where there is no file, the configuration is empty; a typed file that is not there is a fault. */
enum etl_status config_load(const char *typed, struct arena *mem, struct config *out, struct findings *faults);
/* The connection of that name; a fault with "did you mean" when there is none. */
const struct config_connection *config_find(const struct config *c, struct str name, struct findings *faults);

/* The installation's key, as the configuration names it; made at first use. */
enum etl_status config_key(const char *typed, struct random *random, struct key **out, struct err *err);
/* The same, but a missing key is not made: for commands that read a run. A new key could not open what it holds. */
enum etl_status config_key_at_hand(const struct config *c, struct key **out, struct err *err);

#endif
