/* etl/core/system/random.h - random bytes, drawn from a source that is passed in.
 *
 * A program hands down &real_random, the kernel's; a test or a simulator hands down one that random_seed() has made, whose bytes follow
 * from the seed alone. Nothing else in etl, formats and providers draws random bytes (scripts/check-house), except OpenSSL where it makes
 * key pairs, signs and encrypts envelopes: its own generator cannot be replaced there.
 *
 * Threads  the real one: any. A seeded one: one thread, or a lock around it. Never use a seeded one for keys that protect anything. */
#ifndef ETL_CORE_SYSTEM_RANDOM_H
#define ETL_CORE_SYSTEM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    bool (*bytes)(struct random *r, void *out, size_t len);
    uint64_t state; /* of a seeded one */
};
extern struct random real_random;

void random_seed(struct random *r, uint64_t seed);
/* false: the system gives none; nothing may be made from `out` then. */
bool     random_bytes(struct random *r, void *out, size_t len);
uint64_t random_u64(struct random *r); /* for jitter and chance: 0 where the system gives none */

#endif
