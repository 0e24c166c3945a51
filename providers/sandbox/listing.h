/* providers/sandbox/listing.h - a report on its way out, piece by piece: rows of any number in a bounded buffer.
 *
 * It shows the rows that were there when it was asked for; what changes on the way may show as it was or as it is.
 *
 * Lifetime  pins the desk's state; the desk outlives it.
 * Threads   one at a time; it takes the desk's lock for each piece. */
#ifndef PROVIDERS_SANDBOX_LISTING_H
#define PROVIDERS_SANDBOX_LISTING_H

#include "providers/sandbox/desk.h"
#include "providers/sandbox/render.h"

struct listing;
/* The desk's lock is held. */
struct listing *listing_new(struct desk *d, const struct render *render, struct state_table *t,
                            struct state_row *const *rows, size_t count);
void            listing_free(struct listing *l);
/* The next bytes, up to `room`; 0: that was all. */
size_t listing_read(struct listing *l, char *out, size_t room);
/* It ends after the first half of its rows. */
void listing_halve(struct listing *l);
/* All of it, for a short one: into `out`. The desk's lock is held. */
void listing_whole(const struct render *render, const struct state_table *t, struct state_row *const *rows,
                   size_t count, struct buf *out);

#endif
