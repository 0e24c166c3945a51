/* etl/secrets/redact.h - secrets out of what a reply said, before anybody sees it: the credentials, and the call's own secret values.
 *
 * Found as they are, and as a form, a page, JSON or SOAP would quote them back. Of one or two characters nothing can be told from chance:
 * masking those would only blur the message. */
#ifndef ETL_SECRETS_REDACT_H
#define ETL_SECRETS_REDACT_H

#include "etl/connection/connection.h"

/* `text` itself when it holds none. `values` may be NULL. */
struct str redact(struct str text, const struct connection *c, const struct command *command,
                  const struct value *values, struct arena *mem);

#endif
