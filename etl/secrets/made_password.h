/* etl/secrets/made_password.h - passwords that are made: the same for the same key and the same place, and known to nobody else.
 *
 * Each text of the place goes into the MAC with its length in front, so nothing can be moved from one to the next.
 * Limits  a place has at most MADE_PASSWORD_PLACE_BYTES_MAX. */
#ifndef ETL_SECRETS_MADE_PASSWORD_H
#define ETL_SECRETS_MADE_PASSWORD_H

#include "etl/core/buf.h"
#include "etl/secrets/key.h"

enum { MADE_PASSWORD_PLACE_BYTES_MAX = 16 << 20 };

struct password_place { /* what a password is made for */
    struct str lane;
    struct str param;
    struct str identity; /* of the thing that gets it, a mailbox: providers/model/identity.h */
    struct str word;     /* another word, another password; "" where none is said */
};

/* The attempt-th candidate of `length` characters for this place: letters and digits that cannot be mistaken for each other, with at
 * least one lower, one upper, one digit. The caller asks further attempts until the parameter's rules take it. false: the place is too long. */
bool made_password(const struct key *k, const struct password_place *place, unsigned attempt, size_t length,
                   struct buf *out);

#endif
