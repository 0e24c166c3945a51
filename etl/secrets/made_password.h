/* etl/secrets/made_password.h - passwords that are made: the same for the same key, lane and parameter, and known to nobody else. */
#ifndef ETL_SECRETS_MADE_PASSWORD_H
#define ETL_SECRETS_MADE_PASSWORD_H

#include "etl/core/buf.h"
#include "etl/secrets/key.h"

/* The attempt-th candidate of `length` characters for this place: letters and digits that cannot be mistaken for each other, with at
 * least one lower, one upper, one digit. The caller asks further attempts until the parameter's rules take it. */
void made_password(const struct key *k, struct str lane, struct str param, unsigned attempt, size_t length,
                   struct buf *out);

#endif
