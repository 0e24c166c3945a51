/* etl/plan/digest_set.c - what a plan has to remember of every lane, unique and once_per value: 16 bytes and a number. */
#include "etl/plan/digest_set.h"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <xxhash.h>
#pragma GCC diagnostic pop

/* Many small tables instead of a big one: when one grows, only a 256th of the whole is there twice. */
enum { SHARDS = 256 };

__extension__ typedef unsigned __int128 wide;

struct slot {
    struct digest key; /* high 0: empty; digest_of never gives that */
    uint64_t      value;
};
struct shard {
    struct slot *slots;
    uint64_t     size, count;
};
struct digest_set {
    struct shard shards[SHARDS];
    uint64_t     count, max;
};

/* Two rounds: XXH3 adds a seed to short texts byte by byte, so seeds that differ by a small number give "10012" the hash that
 * "10022" has under the next. What kind of thing it is goes into the second round instead, over the first one's 128 bits. */
struct digest digest_of(uint64_t seed, enum digest_kind kind, uint32_t number, struct str text)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(text.ptr != NULL ? text.ptr : "", text.len, seed);
    uint64_t      whole[3] = { hash.low64, hash.high64, (uint64_t)kind << 32 | number };
    struct digest d;

    hash = XXH3_128bits_withSeed(whole, sizeof whole, seed);
    d.low = hash.low64;
    d.high = (hash.high64 & ~UINT64_C(7)) | (uint64_t)kind;
    return d;
}

struct digest_set *digest_set_new(uint64_t max_entries)
{
    struct digest_set *s = calloc(1, sizeof *s);

    if (s == NULL)
        memory_exhausted("the set of lanes", sizeof *s);
    s->max = max_entries;
    return s;
}

void digest_set_free(struct digest_set *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        free(s->shards[i].slots);
    free(s);
}

/* The slot of a key, or the empty one where it belongs: linear probing; sizes are no powers of two, so that
 * a table can grow by a fifth and stays between 0.68 and 0.82 full. */
static uint64_t first_place(const struct shard *shard, struct digest d)
{
    return (uint64_t)(((wide)d.low * shard->size) >> 64);
}

static struct slot *probe(const struct shard *shard, struct digest d)
{
    uint64_t at = first_place(shard, d);

    for (;;) {
        struct slot *slot = &shard->slots[at];

        if ((slot->key.low == d.low && slot->key.high == d.high) || slot->key.high == 0)
            return slot;
        at = at + 1 == shard->size ? 0 : at + 1;
    }
}

static void grow(struct shard *shard)
{
    struct shard bigger = { NULL, shard->size < 16 ? 16 : shard->size + shard->size / 5 + 1, shard->count };

    bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
    if (bigger.slots == NULL)
        memory_exhausted("the set of lanes, unique and once_per values", bigger.size * sizeof(struct slot));
    for (uint64_t i = 0; i < shard->size; i++)
        if (shard->slots[i].key.high != 0)
            *probe(&bigger, shard->slots[i].key) = shard->slots[i];
    free(shard->slots);
    *shard = bigger;
}

uint64_t *digest_set_get(struct digest_set *s, struct digest d)
{
    struct shard *shard = &s->shards[d.high >> 56];
    struct slot  *slot;

    if (shard->size == 0)
        return NULL;
    slot = probe(shard, d);
    return slot->key.high != 0 ? &slot->value : NULL;
}

void digest_set_announce(const struct digest_set *s, struct digest d)
{
    const struct shard *shard = &s->shards[d.high >> 56];

    const char *place;

    if (shard->size == 0)
        return;
    place = (const char *)&shard->slots[first_place(shard, d)];
    __builtin_prefetch(place);
    __builtin_prefetch(place + 64); /* a probe goes three slots far on average */
}

uint64_t *digest_set_put(struct digest_set *s, struct digest d)
{
    struct shard *shard = &s->shards[d.high >> 56];
    struct slot  *slot;

    if ((shard->count + 1) * 100 > shard->size * 82)
        grow(shard);
    slot = probe(shard, d);
    if (slot->key.high == 0) {
        if (s->count >= s->max)
            memory_exhausted("the set of lanes, unique and once_per values", s->max * sizeof(struct slot));
        slot->key = d;
        shard->count++;
        s->count++;
    }
    return &slot->value;
}

uint64_t digest_set_count(const struct digest_set *s)
{
    return s->count;
}

uint64_t digest_set_bytes(const struct digest_set *s)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < SHARDS; i++)
        bytes += s->shards[i].size * sizeof(struct slot);
    return bytes;
}

void digest_set_each(const struct digest_set *s, void (*see)(void *context, struct digest d, uint64_t value),
                     void                    *context)
{
    for (size_t i = 0; i < SHARDS; i++)
        for (uint64_t k = 0; k < s->shards[i].size; k++)
            if (s->shards[i].slots[k].key.high != 0)
                see(context, s->shards[i].slots[k].key, s->shards[i].slots[k].value);
}
