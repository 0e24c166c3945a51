/* etl/secrets/redact.h - takes a secret out of a text before anybody sees it.
 *
 * The secret is found as it is, and as a form, a page, JSON or base64 would quote it. Every place becomes "***".
 *
 * Limits  a secret of one or two characters stays: it cannot be told from chance, and the text would only be blurred. Its base64 is looked
 *         for up to 4096 bytes.
 * Not here  what makes a value secret: connection.h redacts by credentials and a call's values; providers/redact/redactor.h takes the secret
 *         fields out of a whole reply as it streams by; err.h's shown() hides a value in a message. */
#ifndef ETL_SECRETS_REDACT_H
#define ETL_SECRETS_REDACT_H

#include "etl/core/arena.h"

/* `text` itself when it does not hold the secret; else a copy in `mem`. */
struct str redact(struct str text, struct str secret, struct arena *mem);

#endif
