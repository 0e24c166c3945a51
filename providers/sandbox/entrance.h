/* providers/sandbox/entrance.h - checks who asks: by the credentials in the request, or by a session that a login has opened.
 *
 * A session ends after a number of requests, or when a fault orders it. Its token is unknown from then on.
 *
 * Threads  any; a mutex guards it. Limits: 1024 sessions; with one more the oldest ends. */
#ifndef PROVIDERS_SANDBOX_ENTRANCE_H
#define PROVIDERS_SANDBOX_ENTRANCE_H

#include "etl/core/system/random.h"
#include "etl/core/value.h"
#include "providers/model/provider.h"
#include "providers/wires/wire.h"

struct entrance;
/* credentials: by the provider's order. They and `random`, of which the tokens are made, must outlive it. */
struct entrance *entrance_new(const struct provider *p, const struct str *credentials, struct random *random);
void             entrance_free(struct entrance *e);
void             entrance_session_uses(struct entrance *e, uint64_t uses); /* requests a session lasts; 0: for ever */

/* Counts as one request of its session. */
bool entrance_admits(struct entrance *e, const struct wire_field *fields, size_t count, struct arena *mem);
/* Is a field of this name a credential or a session's token? */
bool entrance_is_proof(const struct entrance *e, struct str name);
/* The login that this command performs; NULL: it opens no session. */
const struct login *entrance_login(const struct entrance *e, struct str wire);
/* A new session, if the values are those of the credentials; STR_NONE if not. */
struct str entrance_open(struct entrance *e, const struct login *l, const struct value *values, struct arena *mem);
void       entrance_lapse(struct entrance *e);

#endif
