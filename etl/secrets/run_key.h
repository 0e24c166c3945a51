/* etl/secrets/run_key.h - the keys of one run: the MAC of its seal, and the tag of each block of its files.
 *
 * Both are derived by HKDF from the installation's key with the run's id as salt: what one run's keys have tagged is worth nothing in
 * another run's folder. A block's tag is GMAC (NIST SP 800-38D: AES-256-GCM without plaintext), all its 128 bits. Its nonce is the number of the
 * file, 4 bytes, and the number of the block, 8 bytes, big-endian: no two blocks of a run can change places. GMAC allows a nonce once
 * under a key, so each block is tagged once, and who seals a run anew draws a new run id.
 *
 * Threads   a run_key is read-only and shared; a block_tagger belongs to one thread. Lifetime: freeing wipes; the run_key outlives its taggers.
 * Errors    none: without AES-GCM and HKDF of OpenSSL the program ends. */
#ifndef ETL_SECRETS_RUN_KEY_H
#define ETL_SECRETS_RUN_KEY_H

#include "etl/secrets/key.h"

enum { RUN_ID_DIGITS = 32, BLOCK_TAG_BYTES = 16, SEAL_MAC_BYTES = 32 };

struct run_key;
struct run_key *run_key_new(const struct key *k, struct str run_id);
void            run_key_free(struct run_key *k); /* NULL is fine */
/* HMAC-SHA-256, for what the seal says. */
void run_key_mac(const struct run_key *k, struct str message, unsigned char out[SEAL_MAC_BYTES]);

struct block_place {
    uint32_t file;
    uint64_t block;
};
struct block_tagger;
struct block_tagger *block_tagger_new(const struct run_key *k);
void                 block_tagger_free(struct block_tagger *t); /* NULL is fine */
void block_tag(struct block_tagger *t, struct block_place place, struct str bytes, unsigned char tag[BLOCK_TAG_BYTES]);
/* Is this the tag of those bytes at that place? Compared in constant time. */
bool block_tag_holds(struct block_tagger *t, struct block_place place, struct str bytes,
                     const unsigned char tag[BLOCK_TAG_BYTES]);

#endif
