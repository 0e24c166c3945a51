/* etl/secrets/key.c - the installation's key: seals values and plans, makes passwords, takes fingerprints. */
#include "etl/secrets/key.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <unistd.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/core/system/state_path.h"

enum { KEY_BYTES = 32 };

struct key {
    unsigned char master[KEY_BYTES];
    unsigned char value_siv[KEY_OF_VALUES_BYTES], password[32], fingerprint[32];
    char          id[17];
};

bool key_derive(const struct key *k, const char *info, struct str salt, unsigned char *out, size_t len)
{
    EVP_KDF      *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX  *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    unsigned char master[KEY_BYTES];
    char          info_copy[64], salt_copy[64], digest[] = "SHA256";
    bool          good = false;

    memcpy(master, k->master, sizeof master);
    snprintf(info_copy, sizeof info_copy, "%s", info);
    snprintf(salt_copy, sizeof salt_copy, "%.*s", STR_ARG(salt));
    if (ctx != NULL) {
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, master, sizeof master),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_copy, strlen(info_copy)),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt_copy, strlen(salt_copy)),
            OSSL_PARAM_construct_end(),
        };

        good = EVP_KDF_derive(ctx, out, len, params) == 1;
    }
    OPENSSL_cleanse(master, sizeof master);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return good;
}

void key_hmac(const unsigned char *key, size_t key_len, struct str message, unsigned char out[32])
{
    unsigned int len = 32;

    HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)message.ptr, message.len, out, &len);
}

static enum etl_status derive_all(struct key *k, struct err *err)
{
    unsigned char id[32];

    if (!key_derive(k, "subferry value", STR(""), k->value_siv, sizeof k->value_siv) ||
        !key_derive(k, "subferry password", STR(""), k->password, sizeof k->password) ||
        !key_derive(k, "subferry fingerprint", STR(""), k->fingerprint, sizeof k->fingerprint) ||
        !key_derive(k, "subferry id", STR(""), id, sizeof id))
        return err_set(err, ETL_FAIL, "key", "OpenSSL cannot derive keys (HKDF missing?)");
    for (size_t i = 0; i < 8; i++)
        snprintf(k->id + 2 * i, 3, "%02x", id[i]);
    return ETL_OK;
}

/* The default place; makes the folders (0700) when asked to. */
static enum etl_status default_path(bool make, char *out, size_t size, struct err *err)
{
    char       folder[4096];
    struct err why = { 0 };

    if (state_path("", folder, sizeof folder, &why) != ETL_OK || state_path("key", out, size, &why) != ETL_OK)
        return err_set(err, ETL_FAIL, "key-place", "%s; name a key with key: in the configuration", why.text);
    if (!make)
        return ETL_OK;
    files_make_folders(folder);
    if (files_make_folder(folder) != 0 && errno != EEXIST)
        return err_set(err, ETL_FAIL, "key-place", "cannot make %s: %s", folder, strerror(errno));
    return ETL_OK;
}

static enum etl_status read_key(int fd, const char *path, struct key *k, struct err *err)
{
    struct stat st;
    char        text[2 * KEY_BYTES + 2];
    ssize_t     got = files_read(fd, text, sizeof text);

    if (files_stat_open(fd, &st) != 0 || (st.st_mode & 077) != 0)
        return err_set(err, ETL_FAIL, "key-open", "%s can be read by others; chmod 600 it", path);
    if (got < 2 * KEY_BYTES)
        return err_set(err, ETL_FAIL, "key-form", "%s is no key: 64 hex digits are expected", path);
    for (size_t i = 0; i < KEY_BYTES; i++) {
        int high = OPENSSL_hexchar2int((unsigned char)text[2 * i]),
            low = OPENSSL_hexchar2int((unsigned char)text[2 * i + 1]);

        if (high < 0 || low < 0)
            return err_set(err, ETL_FAIL, "key-form", "%s is no key: 64 hex digits are expected", path);
        k->master[i] = (unsigned char)(high << 4 | low);
    }
    OPENSSL_cleanse(text, sizeof text);
    return ETL_OK;
}

/* Two first uses at once must end with one key: link() does not overwrite, the loser reads the winner's. */
static enum etl_status make_key(const char *path, struct random *random, struct err *err)
{
    unsigned char bytes[KEY_BYTES];
    char          temporary[4200], text[2 * KEY_BYTES + 2];
    int           fd;
    bool          written;

    if (!random_bytes(random, bytes, sizeof bytes))
        return err_set(err, ETL_FAIL, "key", "the system gives no random bytes");
    for (size_t i = 0; i < KEY_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    text[2 * KEY_BYTES] = '\n';
    snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    fd = files_open(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0)
        return err_set(err, ETL_FAIL, "key-place", "cannot make %s: %s", temporary, strerror(errno));
    written = files_write(fd, text, 2 * KEY_BYTES + 1) == 2 * KEY_BYTES + 1 && files_sync(fd) == 0;
    files_close(fd);
    if (written && files_link(temporary, path) != 0 && errno != EEXIST)
        written = false;
    files_remove(temporary);
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(text, sizeof text);
    return written ? ETL_OK : err_set(err, ETL_FAIL, "key-place", "cannot write %s: %s", path, strerror(errno));
}

enum etl_status key_open(const char *path, struct random *made_from, struct key **out, struct err *err)
{
    char            place[4096];
    struct key     *k;
    enum etl_status st = ETL_OK;
    int             fd;

    if (path == NULL) {
        st = default_path(made_from != NULL, place, sizeof place, err);
        if (st != ETL_OK)
            return st;
        path = place;
    }
    fd = files_open(path, O_RDONLY);
    if (fd < 0 && errno == ENOENT && made_from != NULL) {
        st = make_key(path, made_from, err);
        if (st != ETL_OK)
            return st;
        fd = files_open(path, O_RDONLY);
    }
    if (fd < 0)
        return err_set(err, ETL_FAIL, "key-missing", "cannot read the installation's key %s: %s", path,
                       strerror(errno));
    k = calloc(1, sizeof *k);
    if (k == NULL)
        memory_exhausted("the installation's key", sizeof *k);
    st = read_key(fd, path, k, err);
    files_close(fd);
    if (st == ETL_OK)
        st = derive_all(k, err);
    if (st != ETL_OK) {
        key_free(k);
        return st;
    }
    *out = k;
    return ETL_OK;
}

struct str key_id(const struct key *k)
{
    return str_from(k->id);
}

void key_free(struct key *k)
{
    if (k == NULL)
        return;
    OPENSSL_cleanse(k, sizeof *k);
    free(k);
}

void key_fingerprint(const struct key *k, struct str value, unsigned char out[16])
{
    unsigned char whole[32];

    key_hmac(k->fingerprint, sizeof k->fingerprint, value, whole);
    memcpy(out, whole, 16);
}

void key_password_mac(const struct key *k, struct str message, unsigned char out[32])
{
    key_hmac(k->password, sizeof k->password, message, out);
}

const unsigned char *key_of_values(const struct key *k)
{
    return k->value_siv;
}
