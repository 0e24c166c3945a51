/* etl/secrets/key.h - the installation's key: seals values and plans, makes passwords, takes fingerprints.
 *
 * One 32-byte key under $XDG_STATE_HOME/subferry/key (0600; default ~/.local/state), or named by `key:` in the configuration.
 * Separate keys for each use come from it by HKDF-SHA-256, so nothing said about one tells of another.
 *
 * Sealing   AES-256-SIV (RFC 5297), deterministic: equal input gives equal bytes; bound to provider, command, parameter
 *           and lane as associated data, so a sealed value cannot be moved. Nobody sees who shares a password.
 * Threads   a struct key is read-only; a struct sealer belongs to one thread.
 * Source    EVP_CIPHER_CTX with AES-SIV must be copied from a keyed context, not re-initialised without the key. */
#ifndef ETL_SECRETS_KEY_H
#define ETL_SECRETS_KEY_H

#include "etl/core/err.h"
#include "etl/core/system/random.h"

struct key;
/* path NULL: the default place. made_from: if there is no key yet, one is made of these random bytes; NULL: never, for a caller that has
 * data at hand which another key sealed. */
enum etl_status key_open(const char *path, struct random *made_from, struct key **out, struct err *err);
struct str      key_id(const struct key *k); /* 16 hex digits */
void            key_free(struct key *k);     /* wipes */
/* HMAC-SHA-256 under the seal's key. */
void key_mac(const struct key *k, struct str message, unsigned char out[32]);
/* Keyed fingerprint of a value (not reversible, equal for equal values within this installation). */
void key_fingerprint(const struct key *k, struct str value, unsigned char out[16]);

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
/* The attempt-th candidate of `length` characters for this place: letters and digits that cannot be mistaken for each other, with at
 * least one lower, one upper, one digit. The caller asks further attempts until the parameter's rules take it. */
void key_password(struct sealer *s, struct str lane, struct str param, unsigned attempt, size_t length,
                  struct buf *out);

#endif
