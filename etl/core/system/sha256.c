/* etl/core/system/sha256.c - SHA-256 of what flows past, in hex; and of whole files. */
#include "etl/core/system/sha256.h"

#include <errno.h>
#include <openssl/evp.h>

#include "etl/core/system/files.h"

struct sha256 {
    EVP_MD_CTX *ctx;
    EVP_MD     *md;
};

struct sha256 *sha256_new(void)
{
    struct sha256 *d = calloc(1, sizeof *d);

    if (d == NULL)
        memory_exhausted("a digest", sizeof *d);
    d->ctx = EVP_MD_CTX_new();
    d->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (d->ctx == NULL || d->md == NULL || EVP_DigestInit_ex(d->ctx, d->md, NULL) != 1)
        memory_exhausted("a digest", sizeof *d);
    return d;
}

void sha256_add(struct sha256 *d, struct str bytes)
{
    EVP_DigestUpdate(d->ctx, bytes.ptr, bytes.len);
}

struct hex256 sha256_end(struct sha256 *d)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char     bytes[EVP_MAX_MD_SIZE];
    unsigned          len = 0;
    struct hex256     out = { "" };

    EVP_DigestFinal_ex(d->ctx, bytes, &len);
    EVP_DigestInit_ex(d->ctx, d->md, NULL);
    for (unsigned i = 0; i < 32; i++) {
        out.text[2 * i] = digits[bytes[i] >> 4];
        out.text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return out;
}

void sha256_free(struct sha256 *d)
{
    if (d == NULL)
        return;
    EVP_MD_CTX_free(d->ctx);
    EVP_MD_free(d->md);
    free(d);
}

struct hex256 sha256_of(struct str bytes)
{
    struct sha256 *d = sha256_new();
    struct hex256  out;

    sha256_add(d, bytes);
    out = sha256_end(d);
    sha256_free(d);
    return out;
}

enum etl_status sha256_of_file(const char *path, struct hex256 *out, uint64_t *bytes, struct err *err)
{
    enum { BLOCK = 1 << 18 };
    struct sha256 *d;
    char          *block;
    ssize_t        got;
    int            fd = files_open(path, O_RDONLY);

    if (fd < 0)
        return err_set(err, ETL_UNREAD, "file-open", "cannot read %s: %s", path, strerror(errno));
    block = malloc(BLOCK);
    if (block == NULL)
        memory_exhausted("a file's digest", BLOCK);
    d = sha256_new();
    *bytes = 0;
    while ((got = files_read(fd, block, BLOCK)) > 0) {
        sha256_add(d, str_of(block, (size_t)got));
        *bytes += (uint64_t)got;
    }
    *out = sha256_end(d);
    sha256_free(d);
    free(block);
    files_close(fd);
    if (got < 0)
        return err_set(err, ETL_UNREAD, "file-read", "cannot read %s: %s", path, strerror(errno));
    return ETL_OK;
}
