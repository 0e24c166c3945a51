/* providers/sandbox/entrance.h - who is let in: by credentials that go along, or by a session that a login has opened.
 *
 * A session lapses after so many requests, or when a fault says so; then it is as if it had never been.
 *
 * Threads  any; it locks. Limits: 1024 sessions, then the oldest is forgotten. */
#ifndef PROVIDERS_SANDBOX_ENTRANCE_H
#define PROVIDERS_SANDBOX_ENTRANCE_H

#include "etl/core/system/random.h"
#include "etl/core/value.h"
#include "providers/model/provider.h"
#include "providers/wires/wire.h"

struct entrance;
/* credentials: by the provider's order. They and `random`, which the sessions' tokens are made of, outlive it. */
struct entrance *entrance_new(const struct provider *p, const struct str *credentials, struct random *random);
void             entrance_free(struct entrance *e);
void             entrance_session_uses(struct entrance *e, uint64_t uses); /* 0: sessions do not lapse */

/* Counts as a use of the session it comes in. */
bool entrance_admits(struct entrance *e, const struct wire_field *fields, size_t count, struct arena *mem);
/* Does a field of this name prove who asks? */
bool entrance_is_proof(const struct entrance *e, struct str name);
/* The login that is asked for by this command; NULL: it opens no session. */
const struct login *entrance_login(const struct entrance *e, struct str wire);
/* A new session, if the values are those of the credentials; STR_NONE if not. */
struct str entrance_open(struct entrance *e, const struct login *l, const struct value *values, struct arena *mem);
void       entrance_lapse(struct entrance *e);

#endif
