/* etl/plan/seen_keys.h - what planning remembers across records: lanes, unique and once_per values, parents, rows a lane.
 *
 * A run keeps it in known.bin, so that mended rejects can be planned --after it. Entries are keyed hashes: without
 * the key the file reveals nothing.
 *
 * Threads  two owners at a time, each with its own sets: the stage that numbers (seen_keys_count…, seen_keys_parent of an input that
 *          was read before) and accept (all else).
 * Limits   32 bytes a lane, unique or once_per value (one that is a lane's name has no entry of its own), and a lane's second record and any
 *          further one that has no unique value. */
#ifndef ETL_PLAN_SEEN_KEYS_H
#define ETL_PLAN_SEEN_KEYS_H

#include "etl/plan/digest_set.h"
#include "etl/plan/plan_writer.h"
#include "etl/secrets/key.h"

enum { SEEN_INPUTS = 64 };
struct seen_keys {
    struct digest_set *set;                  /* lanes and their calls, claims, rejected rows */
    struct digest_set *rejected;             /* lanes, and where the first of their records was rejected; not kept */
    struct digest_set *counted;              /* rows of lanes */
    struct digest_set *parents[SEEN_INPUTS]; /* by input: rows of this run */
    struct digest_set *prior_parents;        /* rows of the runs before, read-only once loaded */
    uint64_t           seed;
};
/* Where the first of something stood, packed in a number: the input and its line. */
struct seen_place {
    uint32_t input;
    uint64_t line;
};
#define PLACE_AFTER UINT32_C(0x7fff) /* input: known from the run that is planned after */

void seen_keys_init(struct seen_keys *k, const struct key *key);
void seen_keys_release(struct seen_keys *k);

/* Lanes. */
bool seen_keys_lane_rejected(struct seen_keys *k, struct digest lane, struct seen_place *where);
void seen_keys_lane_reject(struct seen_keys *k, struct digest lane, struct seen_place where);
/* An accepted record of the lane. One look-up does both. */
struct seen_record {
    bool     has_calls, has_says; /* has_says: it has no unique value */
    uint32_t input;
    uint64_t says; /* record_says.h */
};
struct seen_lane {
    bool     is_new; /* has_calls: its lane had none */
    uint64_t copy;   /* has_says: how many of this lane and input say this now; else 1 */
};
/* lane: NO_LANE where each record is a lane by itself. What the first of a lane says has room in the lane's entry. */
struct seen_lane seen_keys_record(struct seen_keys *k, struct digest lane, const struct seen_record *record);
#define NO_LANE ((struct digest){ 0, 0 })

/* false: claimed before; *where is the first. */
bool seen_keys_is_free(struct seen_keys *k, struct digest d, struct seen_place *where);
void seen_keys_claim(struct seen_keys *k, struct digest d, struct seen_place where);
/* once_per: the entry of a value, with a bit a call. The calls 0 … LANE_CALLS - 1 of a mapping have theirs in the entry of the lane of that name
 * (DIGEST_LANE), from bit LANE_CALLS_AT on; further ones in entries of SEEN_CALLS each (DIGEST_ONCE, numbered). */
enum { SEEN_CALLS = 64, LANE_CALLS = 30, LANE_CALLS_AT = 2 };
uint64_t *seen_keys_once(struct seen_keys *k, struct digest d); /* good until the next change */
/* false: it was claimed before */
static inline bool seen_keys_once_claim(uint64_t *entry, unsigned bit)
{
    bool is_free = (*entry >> bit & 1) == 0;

    *entry |= UINT64_C(1) << bit;
    return is_free;
}
uint64_t seen_keys_count(struct seen_keys *k, struct digest d);        /* DIGEST_COUNT */
uint64_t seen_keys_count_up(struct seen_keys *k, struct digest d);     /* DIGEST_NTH, DIGEST_COUNT: the new count */
void     seen_keys_nth_rejected(struct seen_keys *k, struct digest d); /* that row will not count for a plan --after */
/* Accepted rows of a parent input; the first of a lane is the parent. Where it lies: how many runs ago (0: in this one's extract; see
 * etl/plan/prior_runs.h), and at which bytes. What lies past 128 GiB is PARENT_FAR. */
struct parent_place {
    uint64_t offset;
    uint32_t length;
    unsigned runs_ago;
};
enum { PARENT_FAR = 31 };
bool seen_keys_parent(struct seen_keys *k, size_t input, struct digest d, struct parent_place *where);
void seen_keys_parent_add(struct seen_keys *k, size_t input, struct digest d, uint64_t offset, size_t length);

/* The caller opens and commits the file. */
enum etl_status seen_keys_save(const struct seen_keys *k, struct plan_writer *file, struct err *err);
/* Adds what the run of that file knew: claims, rows, parents. `seal`: the run's. */
enum etl_status seen_keys_load(struct seen_keys *k, const char *path, const struct seal *seal, struct err *err);

#endif
