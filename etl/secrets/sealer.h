/* etl/secrets/sealer.h - seals values for files of ours, and opens them again.
 *
 * AES-256-SIV (RFC 5297), deterministic: equal input gives equal bytes. Bound to provider, command, parameter and lane as associated data, so
 * a sealed value cannot be moved, and nobody sees who shares a password.
 *
 * Threads   a sealer belongs to one thread. Lifetime: its key outlives it; sealer_free() wipes what it worked on.
 * Source    EVP_CIPHER_CTX with AES-SIV must be copied from a keyed context, not re-initialised without the key. */
#ifndef ETL_SECRETS_SEALER_H
#define ETL_SECRETS_SEALER_H

#include "etl/core/buf.h"
#include "etl/secrets/key.h"

struct sealer;
struct sealer *sealer_new(const struct key *k);
void           sealer_free(struct sealer *s);
struct seal_place {
    struct str provider, command, param, lane;
};
/* base64url of SIV || ciphertext. */
void            seal(struct sealer *s, const struct seal_place *place, struct str plain, struct buf *out);
enum etl_status unseal(struct sealer *s, const struct seal_place *place, struct str sealed, struct buf *plain,
                       struct err *err);

#endif
