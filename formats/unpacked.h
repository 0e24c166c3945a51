/* formats/unpacked.h - a file's bytes without their packing: gzip and zstd are recognized by their first bytes and unpacked.
 *
 * Lifetime  unpacked_open() takes the descriptor; unpacked_close() closes it.
 * Memory    one buffer. Errors: ETL_UNREAD: damaged (checksum, cut off).
 * Source    zlib reads gzip, since libarchive's reader ignores the checksum; several members may follow each other
 *           (RFC 1952 2.2). */
#ifndef FORMATS_UNPACKED_H
#define FORMATS_UNPACKED_H

#include "etl/core/err.h"

struct unpacked_watch { /* gets the bytes of the file, still packed; may be empty */
    void (*seen)(void *context, struct str bytes);
    void *context;
};
struct unpacked;
/* `name` is for messages; it outlives the unpacked. */
enum etl_status unpacked_open(int fd, const char *name, const struct unpacked_watch *watch, struct unpacked **out,
                              struct err *err);
/* Up to `max` bytes; ETL_END at the end, after every checksum was right. */
enum etl_status unpacked_read(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err);
bool            unpacked_is_plain(const struct unpacked *s);
enum etl_status unpacked_rewind(struct unpacked *s, struct err *err);
/* Reads the file to its end. ETL_OK: every checksum is right, and the watch has seen all bytes. */
enum etl_status unpacked_drain(struct unpacked *s, struct err *err);
void            unpacked_close(struct unpacked *s); /* NULL is fine */

#endif
