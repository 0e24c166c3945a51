/* formats/envelope.h - CMS AuthEnvelopedData (RFC 5083) with AES-256-GCM: what `openssl cms -decrypt` opens.
 *
 * Whom     owners of certificates (PEM, several), or whoever has the passphrase (PBKDF2, RFC 3211). Each of them can open it.
 * Limits   a part holds at most ENVELOPE_PART_BYTES of clear text, because opening a part needs all of it in memory, with OpenSSL's own
 *          command too. More is another part.
 * Why GCM  with CBC a changed message decrypts without an error.
 * Threads  read-only after opening. */
#ifndef FORMATS_ENVELOPE_H
#define FORMATS_ENVELOPE_H

#include "etl/core/err.h"

enum { ENVELOPE_PART_BYTES = 64 << 20 };

struct envelope_to; /* who may open it */
enum etl_status envelope_to_open(const char *const *certificates, size_t count, const char *passphrase_file,
                                 struct envelope_to **out, struct err *err);
void            envelope_to_free(struct envelope_to *t);
/* Reads `from` to its end (at most a part) and writes one message, DER. Both are blocking descriptors. */
enum etl_status envelope_seal(const struct envelope_to *t, int from, int to, struct err *err);

struct envelope_keys; /* what opens it: a private key or a passphrase */
enum etl_status envelope_keys_open(const char *key_file, const char *passphrase_file, struct envelope_keys **out,
                                   struct err *err);
void            envelope_keys_free(struct envelope_keys *k);
/* ETL_FAIL: the key does not fit; ETL_UNREAD: changed or cut off. `out` gets nothing of a message that does not verify. */
enum etl_status envelope_open(const struct envelope_keys *k, struct str message, struct buf *clear, struct err *err);

#endif
