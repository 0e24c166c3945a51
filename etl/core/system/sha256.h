/* etl/core/system/sha256.h - SHA-256 of what flows past, in hex; and of whole files.
 *
 * Threads  one digest, one thread at a time. Source: OpenSSL EVP, which uses the processor's SHA instructions. */
#ifndef ETL_CORE_SYSTEM_SHA256_H
#define ETL_CORE_SYSTEM_SHA256_H

#include "etl/core/err.h"

struct sha256;
struct hex256 {
    char text[65];
};

struct sha256  *sha256_new(void);
void            sha256_add(struct sha256 *d, struct str bytes);
struct hex256   sha256_end(struct sha256 *d); /* and begins anew */
void            sha256_free(struct sha256 *d);
struct hex256   sha256_of(struct str bytes);
enum etl_status sha256_of_file(const char *path, struct hex256 *out, uint64_t *bytes, struct err *err);

#endif
