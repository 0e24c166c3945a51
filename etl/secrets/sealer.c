/* etl/secrets/sealer.c - seals values and opens them again, by AES-SIV of OpenSSL. */
#include "etl/secrets/sealer.h"

#include <openssl/evp.h>

#include "etl/core/notation/base64.h"

enum { SIV_TAG_BYTES = 16 };

struct sealer {
    EVP_CIPHER     *cipher;
    EVP_CIPHER_CTX *encrypt, *decrypt; /* keyed once; copied for every value (see sealer.h) */
    EVP_CIPHER_CTX *work;
    struct buf      bytes;
};

struct sealer *sealer_new(const struct key *k)
{
    struct sealer *s = calloc(1, sizeof *s);

    if (s == NULL)
        memory_exhausted("the sealer", sizeof *s);
    s->cipher = EVP_CIPHER_fetch(NULL, "AES-256-SIV", NULL);
    s->encrypt = EVP_CIPHER_CTX_new();
    s->decrypt = EVP_CIPHER_CTX_new();
    s->work = EVP_CIPHER_CTX_new();
    buf_init(&s->bytes, 4U << 20, "a sealed value");
    if (s->cipher == NULL || s->encrypt == NULL || s->decrypt == NULL || s->work == NULL ||
        EVP_EncryptInit_ex(s->encrypt, s->cipher, NULL, key_of_values(k), NULL) != 1 ||
        EVP_DecryptInit_ex(s->decrypt, s->cipher, NULL, key_of_values(k), NULL) != 1)
        memory_exhausted("AES-SIV of OpenSSL", 0);
    return s;
}

void sealer_free(struct sealer *s)
{
    if (s == NULL)
        return;
    EVP_CIPHER_CTX_free(s->encrypt);
    EVP_CIPHER_CTX_free(s->decrypt);
    EVP_CIPHER_CTX_free(s->work);
    EVP_CIPHER_free(s->cipher);
    buf_wipe(&s->bytes);
    free(s);
}

/* The place as associated data: four headers of S2V, so no two places can be confused. */
static bool add_place(EVP_CIPHER_CTX *ctx, const struct seal_place *place)
{
    const struct str parts[] = { place->provider, place->command, place->param, place->lane };
    int              len;

    for (size_t i = 0; i < 4; i++) {
        const unsigned char *bytes = (const unsigned char *)(parts[i].ptr != NULL ? parts[i].ptr : "");

        if (EVP_CipherUpdate(ctx, NULL, &len, bytes, (int)parts[i].len) != 1)
            return false;
    }
    return true;
}

void seal(struct sealer *s, const struct seal_place *place, struct str plain, struct buf *out)
{
    unsigned char *to;
    int            len = 0, rest = 0;

    buf_reset(&s->bytes);
    if (!buf_reserve(&s->bytes, SIV_TAG_BYTES + plain.len + 16))
        memory_exhausted(s->bytes.what, s->bytes.max);
    to = (unsigned char *)s->bytes.ptr;
    /* An empty secret is never sealed: an empty value is absent. AES-SIV of OpenSSL 3.0 needs data. */
    if (EVP_CIPHER_CTX_copy(s->work, s->encrypt) != 1 || !add_place(s->work, place) ||
        EVP_EncryptUpdate(s->work, to + SIV_TAG_BYTES, &len, (const unsigned char *)plain.ptr, (int)plain.len) != 1 ||
        EVP_EncryptFinal_ex(s->work, to + SIV_TAG_BYTES + len, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(s->work, EVP_CTRL_AEAD_GET_TAG, SIV_TAG_BYTES, to) != 1)
        memory_exhausted("AES-SIV of OpenSSL", 0);
    base64url_add(out, str_of(s->bytes.ptr, SIV_TAG_BYTES + (size_t)len + (size_t)rest));
}

enum etl_status unseal(struct sealer *s, const struct seal_place *place, struct str sealed, struct buf *plain,
                       struct err *err)
{
    unsigned char *from;
    size_t         len;
    int            got = 0, rest = 0;
    bool           good;

    buf_reset(&s->bytes);
    if (!base64url_decode(&s->bytes, sealed) || s->bytes.len <= SIV_TAG_BYTES)
        return err_set(err, ETL_FAIL, "sealed", "a sealed value is damaged");
    from = (unsigned char *)s->bytes.ptr;
    len = s->bytes.len - SIV_TAG_BYTES;
    if (!buf_reserve(plain, len + 16))
        return err_set(err, ETL_FAIL, "sealed", "%s is too long", plain->what);
    good = EVP_CIPHER_CTX_copy(s->work, s->decrypt) == 1 &&
           EVP_CIPHER_CTX_ctrl(s->work, EVP_CTRL_AEAD_SET_TAG, SIV_TAG_BYTES, from) == 1 && add_place(s->work, place) &&
           EVP_DecryptUpdate(s->work, (unsigned char *)plain->ptr + plain->len, &got, from + SIV_TAG_BYTES, (int)len) ==
               1 &&
           EVP_DecryptFinal_ex(s->work, (unsigned char *)plain->ptr + plain->len + got, &rest) == 1;
    if (!good)
        return err_set(err, ETL_FAIL, "sealed",
                       "a sealed value does not open: it was sealed with another key, or moved from another place");
    plain->len += (size_t)got + (size_t)rest;
    return ETL_OK;
}
