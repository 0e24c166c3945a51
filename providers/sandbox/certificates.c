/* providers/sandbox/certificates.c - a throw-away CA and one certificate, by OpenSSL. */
#include "providers/sandbox/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void key_drop(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void certificate_drop(X509 **c)
{
    X509_free(*c);
}

static void bio_drop(BIO **b)
{
    BIO_free(*b);
}

struct extension {
    int         nid;
    const char *value;
};
/* RFC 5280 4.2.1: a CA has critical basicConstraints and keyUsage; a server has its names in subjectAltName. */
static const struct extension ca_extensions[] = { { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
                                                  { NID_key_usage, "critical,keyCertSign,cRLSign" },
                                                  { NID_subject_key_identifier, "hash" },
                                                  { 0, NULL } };
static const struct extension server_extensions[] = { { NID_basic_constraints, "critical,CA:FALSE" },
                                                      { NID_key_usage, "critical,digitalSignature" },
                                                      { NID_ext_key_usage, "serverAuth" },
                                                      { NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1" },
                                                      { NID_subject_key_identifier, "hash" },
                                                      { NID_authority_key_identifier, "keyid:always" },
                                                      { 0, NULL } };

static bool name_set(X509 *c, const char *common_name)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, (const unsigned char *)common_name,
                                      -1, -1, 0) == 1;
}

static bool serial_set(X509 *c, struct random *random)
{
    unsigned char bytes[8];
    uint64_t      serial = 0;

    if (!random_bytes(random, bytes, sizeof bytes))
        return false;
    memcpy(&serial, bytes, sizeof serial);
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(c), serial >> 1 | 1) == 1;
}

static bool extensions_add(X509 *c, X509 *issuer, const struct extension *list)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, c, NULL, NULL, 0);
    for (; list->value != NULL; list++) {
        X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, list->nid, list->value);
        bool            added = e != NULL && X509_add_ext(c, e, -1) == 1;

        X509_EXTENSION_free(e);
        if (!added)
            return false;
    }
    return true;
}

enum { VALID_DAYS = 30 };

struct certificate_wish {
    time_t         now;
    struct random *random;
};
/* issuer NULL: the certificate is signed with its own key. */
static X509 *sign(EVP_PKEY *key, const char *common_name, X509 *issuer, EVP_PKEY *issuer_key,
                  const struct extension *extensions, const struct certificate_wish *w)
{
    X509  *c = X509_new();
    time_t from = w->now - 3600, to = w->now + (time_t)VALID_DAYS * 86400;

    if (c == NULL)
        return NULL;
    if (X509_set_version(c, X509_VERSION_3) == 1 && serial_set(c, w->random) &&
        X509_time_adj(X509_getm_notBefore(c), 0, &from) != NULL &&
        X509_time_adj(X509_getm_notAfter(c), 0, &to) != NULL && X509_set_pubkey(c, key) == 1 &&
        name_set(c, common_name) && X509_set_issuer_name(c, X509_get_subject_name(issuer != NULL ? issuer : c)) == 1 &&
        extensions_add(c, issuer != NULL ? issuer : c, extensions) && X509_sign(c, issuer_key, EVP_sha256()) != 0)
        return c;
    X509_free(c);
    return NULL;
}

static const char *pem_text(BIO *bio, struct arena *mem)
{
    char *bytes;
    long  len = BIO_get_mem_data(bio, &bytes);

    return len <= 0 ? NULL : arena_cstr(mem, str_of(bytes, (size_t)len));
}

static const char *certificate_pem(X509 *c, struct arena *mem)
{
    AUTO(bio_drop) BIO *bio = BIO_new(BIO_s_mem());

    return bio != NULL && PEM_write_bio_X509(bio, c) == 1 ? pem_text(bio, mem) : NULL;
}

static const char *key_pem(EVP_PKEY *key, struct arena *mem)
{
    AUTO(bio_drop) BIO *bio = BIO_new(BIO_s_mem());

    return bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 ? pem_text(bio, mem)
                                                                                                  : NULL;
}

enum etl_status certificates_make(int64_t now, struct random *random, struct arena *mem, struct certificates *out,
                                  struct err *err)
{
    AUTO(key_drop) EVP_PKEY     *ca_key = EVP_EC_gen("P-256");
    AUTO(key_drop) EVP_PKEY     *server_key = EVP_EC_gen("P-256");
    AUTO(certificate_drop) X509 *ca = NULL;
    AUTO(certificate_drop) X509 *server = NULL;
    struct certificates          made = { 0 };
    struct certificate_wish      wish = { (time_t)now, random };

    if (ca_key != NULL && server_key != NULL)
        ca = sign(ca_key, "Subferry sandbox CA, of this start only", NULL, ca_key, ca_extensions, &wish);
    if (ca != NULL)
        server = sign(server_key, "localhost", ca, ca_key, server_extensions, &wish);
    if (server != NULL)
        made =
            (struct certificates){ certificate_pem(ca, mem), certificate_pem(server, mem), key_pem(server_key, mem) };
    if (made.ca == NULL || made.server == NULL || made.server_key == NULL)
        return err_set(err, ETL_FAIL, "certificate", "OpenSSL could not make the certificates: %s",
                       ERR_reason_error_string(ERR_peek_last_error()));
    *out = made;
    return ETL_OK;
}
