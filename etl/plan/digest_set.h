/* etl/plan/digest_set.h - what a plan has to remember of every lane, unique and once_per value: 16 bytes and a number.
 *
 * A key is a 128-bit XXH3 hash of a kind, a small number and a text, seeded by the installation's key, so that nobody can
 * choose values that collide, and a saved set reveals nothing without the key.
 *
 * Limits   24 bytes an entry, 32 with the room a hash table needs; `max_entries` (ETL_FAIL, named, past it).
 * Threads  one owner at a time. */
#ifndef ETL_PLAN_DIGEST_SET_H
#define ETL_PLAN_DIGEST_SET_H

#include "etl/core/err.h"

struct digest {
    uint64_t low, high;
};
enum digest_kind {                  /* stands in the digest's last three bits */
                   DIGEST_LANE = 1, /* the lane has calls; or it is rejected, and where */
                   DIGEST_NTH,      /* rows of an input seen in the lane, and how many of them were rejected */
                   DIGEST_COUNT,    /* rows of an input there are in the lane (first pass) */
                   DIGEST_PARENT,   /* an accepted row of a parent input: its offset */
                   DIGEST_UNIQUE,   /* a claimed unique value: where */
                   DIGEST_ONCE,     /* a once_per value: which calls claimed it */
                   DIGEST_SAYS      /* records of a lane that say the same: how many */
};
static inline enum digest_kind digest_kind(struct digest d)
{
    return (enum digest_kind)(d.high & 7);
}
struct digest digest_of(uint64_t seed, enum digest_kind kind, uint32_t number, struct str text);

struct digest_set;
struct digest_set *digest_set_new(uint64_t max_entries);
void               digest_set_free(struct digest_set *s);
/* The value kept under a digest; NULL when there is none. Good until the next digest_set_put(). */
uint64_t *digest_set_get(struct digest_set *s, struct digest d);
/* The digest will be asked soon: its place is fetched from memory meanwhile. */
void digest_set_announce(const struct digest_set *s, struct digest d);
/* Adds (value 0) or finds. */
uint64_t *digest_set_put(struct digest_set *s, struct digest d);
uint64_t  digest_set_count(const struct digest_set *s);
uint64_t  digest_set_bytes(const struct digest_set *s);
/* Every entry, in no order, for saving. */
void digest_set_each(const struct digest_set *s, void (*see)(void *context, struct digest d, uint64_t value),
                     void                    *context);

#endif
