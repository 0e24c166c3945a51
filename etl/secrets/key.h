/* etl/secrets/key.h - the installation's key, and the keys that are derived from it.
 *
 * One 32-byte key under $XDG_STATE_HOME/subferry/key (0600; default ~/.local/state), or named by `key:` in the configuration.
 * Each use has a key of its own, derived by HKDF-SHA-256 (RFC 5869), so nothing said about one tells of another.
 *
 * Lifetime  key_free() wipes it. Threads: a key is read-only. */
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
/* A key for one use: HKDF-SHA-256 of the installation's key. `info` names the use, `salt` the object that the key is for (both are shorter than
 * 64 bytes). false: OpenSSL has no HKDF. */
bool key_derive(const struct key *k, const char *info, struct str salt, unsigned char *out, size_t len);
void key_hmac(const unsigned char *key, size_t key_len, struct str message, unsigned char out[32]); /* HMAC-SHA-256 */
/* Keyed fingerprint of a value (not reversible, equal for equal values within this installation). */
void key_fingerprint(const struct key *k, struct str value, unsigned char out[16]);
/* HMAC-SHA-256 for made passwords (made_password.h). */
void key_password_mac(const struct key *k, struct str message, unsigned char out[32]);
/* The AES-256-SIV key of sealed values (sealer.h); belongs to the key. */
enum { KEY_OF_VALUES_BYTES = 64 };
const unsigned char *key_of_values(const struct key *k);

#endif
