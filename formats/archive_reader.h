/* formats/archive_reader.h - reads the members of a .zip or .tar, one after the other, through libarchive.
 *
 * With keys, the parts NAME.001.p7m, NAME.002.p7m … of an encrypted member come as one decrypted member NAME; without keys, as they
 * are stored.
 *
 * Memory  one buffer; one part of an encrypted member.
 * Errors  ETL_UNREAD: damaged. */
#ifndef FORMATS_ARCHIVE_READER_H
#define FORMATS_ARCHIVE_READER_H

#include "formats/envelope.h"
#include "formats/unpacked.h"

enum { ARCHIVE_PEEK = 512 }; /* the first bytes from which the format is recognized */
bool archive_recognize(struct str first_bytes);

struct archive_reader;
/* `bytes` is the caller's and outlives the reader; `first` is what was already read of it. */
enum etl_status archive_reader_open(struct unpacked *bytes, struct str first, const char *path,
                                    const struct envelope_keys *keys, struct archive_reader **out, struct err *err);
struct archive_member {
    const char *name; /* good until the next one */
    bool        encrypted;
};
enum etl_status archive_reader_next(struct archive_reader *r, struct archive_member *out,
                                    struct err *err); /* ETL_END */
enum etl_status archive_reader_read(struct archive_reader *r, char *to, size_t max, size_t *got, struct err *err);
void            archive_reader_close(struct archive_reader *r); /* NULL is fine */
/* Is the name that of a part, "customers.csv.001.p7m"? Of which member, and which part? */
bool archive_part_name(const char *name, struct str *member, unsigned *part);

#endif
