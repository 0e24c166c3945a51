/* etl/known.h - what planning remembers across records: lanes, unique and once_per values, parents, rows a lane.
 *
 * A run keeps it in known.bin, so that mended rejects can be planned --after it. Entries are keyed hashes: the file tells
 * nothing to who has no key.
 *
 * Threads  one owner at a time: the stages of the pipeline that run in input order.
 * Limits   32 bytes a lane, unique or once_per value. */
#ifndef ETL_KNOWN_H
#define ETL_KNOWN_H

#include "etl/digest_set.h"
#include "etl/key.h"

struct known {
    struct digest_set *set;
    uint64_t           seed;
};
/* Where the first of something stood, packed in a number: the input and its line. */
struct place { uint32_t input; uint64_t line; };
#define PLACE_AFTER UINT32_C(0x7fff)      /* input: known from the run that is planned after */

void known_init(struct known *k, const struct key *key);
void known_release(struct known *k);

/* Lanes. A lane's number packs the occurrences of up to six call names, or where it was first rejected. */
bool     known_lane_rejected(struct known *k, struct digest lane, struct place *where);
void     known_lane_reject(struct known *k, struct digest lane, struct place where);
/* Counts one more call of the name-th call name in the lane: returns how many there were. *is_new: the lane had no call. */
uint32_t known_lane_call(struct known *k, struct digest lane, struct str lane_text, uint32_t name, bool *is_new);

/* false: claimed before, *where says by whom. peek does not claim. */
bool     known_is_free(struct known *k, struct digest d, struct place *where);
void     known_claim(struct known *k, struct digest d, struct place where);
uint64_t known_count(struct known *k, struct digest d);                 /* DIGEST_COUNT */
uint64_t known_count_up(struct known *k, struct digest d);              /* DIGEST_NTH, DIGEST_COUNT: the new count */
void     known_nth_rejected(struct known *k, struct digest d);          /* that row will not count for a plan --after */
/* Accepted rows of a parent input; the first of a lane is the parent. from_after: known from the run planned after. */
bool     known_parent(struct known *k, struct digest d, uint64_t *offset, bool *from_after);
void     known_parent_add(struct known *k, struct digest d, uint64_t offset);

enum etl_status known_save(const struct known *k, const char *path, struct err *err);
/* Adds what RUN knew: lanes without their rejections (the mended records come again), claims, parents. */
enum etl_status known_load(struct known *k, const char *path, struct err *err);

#endif
