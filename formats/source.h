/* formats/source.h - the bytes of an extract, wherever they are: a file, "-", .gz, .zst, a member of .zip/.tar.
 *
 * "extract.zip" with one file inside means that file; "set.zip:dialup.csv" names a member, if set.zip exists. Packing is recognized by the
 * first bytes, not by the name.
 *
 * Memory    one buffer. Errors: ETL_UNREAD: damaged (checksum, cut off).
 * Source    zlib reads gzip (libarchive ignores the checksum), zstd .zst, libarchive the archives.
 * Digest    every byte of the file, still packed, goes to `seen`, for the plan's SHA-256 of its inputs. */
#ifndef FORMATS_SOURCE_H
#define FORMATS_SOURCE_H

#include "etl/core/err.h"
#include "formats/envelope.h"
#include "formats/unpacked.h"

struct source;

/* `name` in messages and in `from` is the base name (of the member, where there is one). */
enum etl_status source_open(const char *path, const struct unpacked_watch *watch, struct source **out, struct err *err);
/* The same, with what opens an encrypted archive's members. */
enum etl_status source_open_with(const char *path, const struct unpacked_watch *watch, const struct envelope_keys *keys,
                                 struct source **out, struct err *err);
/* Fills up to `max` bytes; ETL_END at the end, after every checksum was right. Short counts are normal. */
enum etl_status source_read(struct source *s, char *to, size_t max, size_t *got, struct err *err);
/* Back to the first byte, for another pass. Bytes of stdin and pipes are kept in a temporary file from the first pass on. */
enum etl_status source_rewind(struct source *s, struct err *err);
/* `len` unpacked bytes at `offset`, whatever the position (a second handle inside; packed inputs are kept unpacked in a
 * temporary file once this was announced by source_keep() before the first read). Threads may call it at once. */
enum etl_status source_keep(struct source *s, struct err *err);
enum etl_status source_at(struct source *s, uint64_t offset, char *to, size_t len, struct err *err);
const char     *source_name(const struct source *s); /* "extract.csv" */
/* Seconds since the file was last changed; 0 for stdin. For `expect: max_age`. */
uint64_t source_modified(const struct source *s); /* Unix time, 0 unknown */
void     source_close(struct source *s);

#endif
