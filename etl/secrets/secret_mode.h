/* etl/secrets/secret_mode.h - what stands in an archive instead of a secret, and back.
 *
 * fingerprint  "fp:" and a keyed HMAC: a change is seen, the secret is not
 * drop         nothing
 * sealed       "sealed:" and AES-SIV by the installation's key, which plan opens again
 * keep         the secret itself, in an encrypted archive; until it is packed it lies sealed */
#ifndef ETL_SECRETS_SECRET_MODE_H
#define ETL_SECRETS_SECRET_MODE_H

#include "etl/secrets/sealer.h"

enum secret_mode { SECRETS_FINGERPRINT, SECRETS_DROP, SECRETS_SEALED, SECRETS_KEEP };
extern const char *const secret_mode_names[]; /* NULL-ended */
#define FINGERPRINT_MARK "fp:"
#define SEALED_MARK      "sealed:"

/* What stands instead of a secret, and back. One thread's. */
struct secret_writer {
    enum secret_mode  mode;
    const struct key *key;
    struct sealer    *sealer;
};
void secret_replace(void *writer, struct str name, struct str clear, struct buf *out); /* redactor_how.replace */
void secret_reveal(void *writer, struct str name, struct str kept, struct buf *out); /* the same, the other way round */

/* Is the cell what an archive says instead of a secret? */
static inline bool secret_is_fingerprint(struct str cell)
{
    return cell.len == 35 && str_starts(cell, STR(FINGERPRINT_MARK));
}
/* A cell that an archive sealed, in clear; ETL_REJECT: by another key. */
enum etl_status secret_unseal(struct sealer *s, struct str cell, struct buf *clear, struct err *err);

#endif
