/* providers/sandbox/listing.h - a report on its way out, piece by piece: rows of any number in a bounded buffer.
 *
 * It has the rows that existed when it was requested. A row that changes while the report is sent may appear with its old or its new values.
 *
 * Lifetime  refers to the provider's state; the provider outlives it.
 * Threads   one at a time; it takes the provider's lock for each piece. */
#ifndef PROVIDERS_SANDBOX_LISTING_H
#define PROVIDERS_SANDBOX_LISTING_H

#include "providers/sandbox/hosted_provider.h"
#include "providers/sandbox/render.h"

struct listing;
/* The provider's lock is held. */
struct listing *listing_new(struct hosted_provider *d, const struct render *render, struct state_table *t,
                            struct state_row *const *rows, size_t count);
void            listing_free(struct listing *l);
/* The next bytes, up to `room`; 0: the end. */
size_t listing_read(struct listing *l, char *out, size_t room);
/* Makes it end after the first half of its rows. */
void listing_halve(struct listing *l);
/* A short report at once, into `out`. The provider's lock is held. */
void listing_whole(const struct render *render, const struct state_table *t, struct state_row *const *rows,
                   size_t count, struct buf *out);

#endif
