/* formats/envelope.c - CMS AuthEnvelopedData by OpenSSL. */
#include "formats/envelope.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "etl/core/system/files.h"

enum {
    CERTIFICATES_MAX = 64,
    PASSPHRASE_MAX = 1024,
    PASSPHRASE_ROUNDS = 600000 /* OWASP's number for PBKDF2; needed once for each part of 64 MiB */
};

struct passphrase {
    char   text[PASSPHRASE_MAX];
    size_t len;
};
struct envelope_to {
    X509             *certificates[CERTIFICATES_MAX];
    size_t            count;
    struct passphrase passphrase;
};
struct envelope_keys {
    EVP_PKEY         *key;
    X509             *certificate; /* from the same file as the key, or NULL */
    struct passphrase passphrase;
};

static enum etl_status openssl_fault(struct err *err, enum etl_status status, const char *rule, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char   *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

    ERR_clear_error();
    return err_set(err, status, rule, "%s%s%s", what, reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

/* The first line of the file. A file that others can read is refused. */
static enum etl_status read_passphrase(const char *path, struct passphrase *out, struct err *err)
{
    struct stat st;
    ssize_t     got;
    int         fd = files_open(path, O_RDONLY);
    char       *end;

    if (fd < 0 || files_stat_open(fd, &st) != 0) {
        if (fd >= 0)
            files_close(fd);
        return err_set(err, ETL_FAIL, "passphrase-file", "cannot read %s: %s", path, strerror(errno));
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        files_close(fd);
        return err_set(err, ETL_FAIL, "passphrase-file", "others can read %s; chmod 600 %s", path, path);
    }
    got = files_read(fd, out->text, sizeof out->text);
    files_close(fd);
    if (got < 0)
        return err_set(err, ETL_FAIL, "passphrase-file", "cannot read %s: %s", path, strerror(errno));
    if ((size_t)got == sizeof out->text)
        return err_set(err, ETL_FAIL, "passphrase-file", "%s is longer than %d bytes", path, PASSPHRASE_MAX - 1);
    end = memchr(out->text, '\n', (size_t)got);
    out->len = end != NULL ? (size_t)(end - out->text) : (size_t)got;
    while (out->len != 0 && out->text[out->len - 1] == '\r')
        out->len--;
    return out->len != 0 ? ETL_OK : err_set(err, ETL_FAIL, "passphrase-file", "%s is empty", path);
}

/* ---- sealing ---- */

static enum etl_status read_certificates(struct envelope_to *t, const char *path, struct err *err)
{
    FILE  *file = files_stream_open(path);
    size_t before = t->count;
    X509  *cert = NULL;

    if (file == NULL)
        return err_set(err, ETL_FAIL, "certificate", "cannot read %s: %s", path, strerror(errno));
    while (t->count < CERTIFICATES_MAX && (cert = PEM_read_X509(file, NULL, NULL, NULL)) != NULL)
        t->certificates[t->count++] = cert;
    files_stream_close(file);
    ERR_clear_error();
    return t->count != before ? ETL_OK
                              : err_set(err, ETL_FAIL, "certificate", "%s holds no certificate in PEM form", path);
}

enum etl_status envelope_to_open(const char *const *certificates, size_t count, const char *passphrase_file,
                                 struct envelope_to **out, struct err *err)
{
    struct envelope_to *t = calloc(1, sizeof *t);
    enum etl_status     st = ETL_OK;

    if (t == NULL)
        memory_exhausted("who may open an archive", sizeof *t);
    for (size_t i = 0; i < count && st == ETL_OK; i++)
        st = read_certificates(t, certificates[i], err);
    if (st == ETL_OK && passphrase_file != NULL)
        st = read_passphrase(passphrase_file, &t->passphrase, err);
    if (st != ETL_OK) {
        envelope_to_free(t);
        return st;
    }
    *out = t;
    return ETL_OK;
}

void envelope_to_free(struct envelope_to *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->count; i++)
        X509_free(t->certificates[i]);
    explicit_bzero(t, sizeof *t);
    free(t);
}

static bool add_recipients(CMS_ContentInfo *cms, const struct envelope_to *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (CMS_add1_recipient_cert(cms, t->certificates[i], 0) == NULL)
            return false;
    if (t->passphrase.len != 0) {
        unsigned char *copy = OPENSSL_memdup(t->passphrase.text, t->passphrase.len); /* becomes the message's */

        if (copy == NULL || CMS_add0_recipient_password(cms, PASSPHRASE_ROUNDS, NID_undef, NID_undef, copy,
                                                        (ossl_ssize_t)t->passphrase.len, EVP_aes_256_cbc()) == NULL) {
            OPENSSL_free(copy);
            return false;
        }
    }
    return true;
}

/* OpenSSL's streaming writer fails when it gets no byte, so an empty part (a report without answers) is made in one go. */
static bool write_sealed(BIO *out, CMS_ContentInfo *cms, BIO *in, int from)
{
    struct stat st;

    if (files_stat_open(from, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == files_seek(from, 0, SEEK_CUR))
        return CMS_set_detached(cms, 0) == 1 && CMS_final(cms, in, NULL, CMS_BINARY) == 1 && i2d_CMS_bio(out, cms) == 1;
    return i2d_CMS_bio_stream(out, cms, in, CMS_STREAM | CMS_BINARY | CMS_PARTIAL) == 1;
}

enum etl_status envelope_seal(const struct envelope_to *t, int from, int to, struct err *err)
{
    CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    BIO             *in = BIO_new_fd(from, BIO_NOCLOSE), *out = BIO_new_fd(to, BIO_NOCLOSE);
    bool             good;

    if (cms == NULL || in == NULL || out == NULL)
        memory_exhausted("an encrypted part", 0);
    errno = 0;
    good = add_recipients(cms, t) && write_sealed(out, cms, in, from) && BIO_flush(out) == 1;
    BIO_free(in);
    BIO_free(out);
    CMS_ContentInfo_free(cms);
    if (good)
        return ETL_OK;
    if (errno == ENOSPC || errno == EDQUOT)
        return err_set(err, ETL_AGAIN, "disk-full", "cannot write an encrypted part: the disk is full");
    return openssl_fault(err, ETL_FAIL, "encrypt", "cannot encrypt");
}

/* ---- opening ---- */

enum etl_status envelope_keys_open(const char *key_file, const char *passphrase_file, struct envelope_keys **out,
                                   struct err *err)
{
    struct envelope_keys *k = calloc(1, sizeof *k);
    enum etl_status       st = ETL_OK;

    if (k == NULL)
        memory_exhausted("an archive's keys", sizeof *k);
    if (key_file != NULL) {
        FILE *file = files_stream_open(key_file);

        if (file == NULL) {
            st = err_set(err, ETL_FAIL, "decrypt-key", "cannot read %s: %s", key_file, strerror(errno));
        } else {
            k->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
            rewind(file);
            k->certificate = PEM_read_X509(file, NULL, NULL, NULL);
            files_stream_close(file);
            ERR_clear_error();
            if (k->key == NULL)
                st = err_set(err, ETL_FAIL, "decrypt-key", "%s holds no private key in PEM form", key_file);
        }
    }
    if (st == ETL_OK && passphrase_file != NULL)
        st = read_passphrase(passphrase_file, &k->passphrase, err);
    if (st != ETL_OK) {
        envelope_keys_free(k);
        return st;
    }
    *out = k;
    return ETL_OK;
}

void envelope_keys_free(struct envelope_keys *k)
{
    if (k == NULL)
        return;
    EVP_PKEY_free(k->key);
    X509_free(k->certificate);
    explicit_bzero(k, sizeof *k);
    free(k);
}

static bool has_key(CMS_ContentInfo *cms, const struct envelope_keys *k)
{
    if (k->key != NULL && CMS_decrypt_set1_pkey(cms, k->key, k->certificate) == 1)
        return true;
    if (k->passphrase.len != 0) {
        char *copy = OPENSSL_memdup(k->passphrase.text, k->passphrase.len);
        bool  good =
            copy != NULL && CMS_decrypt_set1_password(cms, (unsigned char *)copy, (ossl_ssize_t)k->passphrase.len) == 1;

        OPENSSL_clear_free(copy, k->passphrase.len);
        return good;
    }
    return false;
}

enum etl_status envelope_open(const struct envelope_keys *k, struct str message, struct buf *clear, struct err *err)
{
    BIO             *in = BIO_new_mem_buf(message.ptr, (int)message.len), *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
    enum etl_status  st = ETL_OK;
    char            *bytes;

    if (in == NULL || out == NULL)
        memory_exhausted("an encrypted part", message.len);
    if (cms == NULL)
        st = openssl_fault(err, ETL_UNREAD, "decrypt-damaged", "an encrypted part is cut off or no CMS message");
    else if (!has_key(cms, k))
        st = openssl_fault(err, ETL_FAIL, "decrypt-key", "the key or passphrase does not open it");
    else if (CMS_decrypt(cms, NULL, NULL, NULL, out, CMS_BINARY) != 1)
        st = openssl_fault(err, ETL_UNREAD, "decrypt-damaged",
                           "an encrypted part does not verify: it was changed, or the key is another's");
    if (st == ETL_OK) {
        long len = BIO_get_mem_data(out, &bytes);

        buf_add(clear, str_of(bytes, len > 0 ? (size_t)len : 0));
    }
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
    return st;
}
