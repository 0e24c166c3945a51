/* etl/secrets/run_key.c - the keys of one run: the MAC of its seal, and the tag of each block of its files. */
#include "etl/secrets/run_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { NONCE_BYTES = 12, KEY_BYTES = 32, UPDATE_MAX = 1 << 30 };

struct run_key {
    unsigned char mac[KEY_BYTES], tag[KEY_BYTES];
};
struct block_tagger {
    EVP_CIPHER_CTX *ctx; /* keyed once; each block sets its nonce */
};

struct run_key *run_key_new(const struct key *k, struct str run_id)
{
    struct run_key *r = calloc(1, sizeof *r);

    if (r == NULL || !key_derive(k, "subferry seal", run_id, r->mac, sizeof r->mac) ||
        !key_derive(k, "subferry blocks", run_id, r->tag, sizeof r->tag))
        memory_exhausted("the keys of a run", sizeof *r);
    return r;
}

void run_key_free(struct run_key *k)
{
    if (k == NULL)
        return;
    OPENSSL_cleanse(k, sizeof *k);
    free(k);
}

void run_key_mac(const struct run_key *k, struct str message, unsigned char out[SEAL_MAC_BYTES])
{
    key_hmac(k->mac, sizeof k->mac, message, out);
}

struct block_tagger *block_tagger_new(const struct run_key *k)
{
    struct block_tagger *t = calloc(1, sizeof *t);

    if (t == NULL)
        memory_exhausted("the tags of blocks", sizeof *t);
    t->ctx = EVP_CIPHER_CTX_new();
    if (t->ctx == NULL || EVP_EncryptInit_ex(t->ctx, EVP_aes_256_gcm(), NULL, k->tag, NULL) != 1)
        memory_exhausted("AES-GCM of OpenSSL", 0);
    return t;
}

void block_tagger_free(struct block_tagger *t)
{
    if (t == NULL)
        return;
    EVP_CIPHER_CTX_free(t->ctx);
    free(t);
}

static void set_nonce(struct block_place place, unsigned char nonce[NONCE_BYTES])
{
    for (int i = 0; i < 4; i++)
        nonce[i] = (unsigned char)(place.file >> (24 - 8 * i));
    for (int i = 0; i < 8; i++)
        nonce[4 + i] = (unsigned char)(place.block >> (56 - 8 * i));
}

void block_tag(struct block_tagger *t, struct block_place place, struct str bytes, unsigned char tag[BLOCK_TAG_BYTES])
{
    unsigned char nonce[NONCE_BYTES], nothing[BLOCK_TAG_BYTES];
    int           len;
    bool          good;

    set_nonce(place, nonce);
    good = EVP_EncryptInit_ex(t->ctx, NULL, NULL, NULL, nonce) == 1;
    while (good && bytes.len != 0) {
        struct str part = str_head(bytes, UPDATE_MAX);

        good = EVP_EncryptUpdate(t->ctx, NULL, &len, (const unsigned char *)part.ptr, (int)part.len) == 1;
        bytes = str_skip(bytes, part.len);
    }
    if (!good || EVP_EncryptFinal_ex(t->ctx, nothing, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(t->ctx, EVP_CTRL_AEAD_GET_TAG, BLOCK_TAG_BYTES, tag) != 1)
        memory_exhausted("AES-GCM of OpenSSL", 0);
}

bool block_tag_holds(struct block_tagger *t, struct block_place place, struct str bytes,
                     const unsigned char tag[BLOCK_TAG_BYTES])
{
    unsigned char own[BLOCK_TAG_BYTES];

    block_tag(t, place, bytes, own);
    return CRYPTO_memcmp(own, tag, sizeof own) == 0;
}
