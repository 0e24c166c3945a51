/* formats/unpacked.h - a file's bytes without their packing: gzip and zstd are seen by their magic bytes and taken off.
 *
 * Lifetime  the descriptor is the unpacked's from open on, and is closed with it.
 * Limits    streaming; one buffer. Damage (checksum, cut-off) is ETL_UNREAD.
 * Source    zlib reads gzip, since libarchive's reader ignores the checksum; several members may follow each other
 *           (RFC 1952 2.2). */
#ifndef FORMATS_UNPACKED_H
#define FORMATS_UNPACKED_H

#include "etl/core/err.h"

struct unpacked_watch { /* who wants to see the bytes as they lie in the file; may be empty */
    void (*seen)(void *context, struct str bytes);
    void *context;
};
struct unpacked;
/* `name` is for messages and is kept by the caller. */
enum etl_status unpacked_open(int fd, const char *name, const struct unpacked_watch *watch, struct unpacked **out,
                              struct err *err);
/* Up to `max` bytes; ETL_END at the end, after every checksum was right. */
enum etl_status unpacked_read(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err);
bool            unpacked_is_plain(const struct unpacked *s);
enum etl_status unpacked_rewind(struct unpacked *s, struct err *err);
/* Reads the file to its end: every checksum was right then, and whoever watches has seen all of it. */
enum etl_status unpacked_drain(struct unpacked *s, struct err *err);
void            unpacked_close(struct unpacked *s); /* NULL is fine */

#endif
