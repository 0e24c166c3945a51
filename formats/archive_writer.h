/* formats/archive_writer.h - writes an archive of members: .zip, .tar.gz or .tar.zst by its name.
 *
 * The same members give the same bytes: no times, no owners, no names of this machine. It is written under another name and renamed at the
 * end, so it is there whole or not at all.
 *
 * Encrypted  with `to`, a member is stored as CMS messages NAME.001.p7m, NAME.002.p7m …
 * Limits     tar needs a member's size before its bytes, so members come from files. */
#ifndef FORMATS_ARCHIVE_WRITER_H
#define FORMATS_ARCHIVE_WRITER_H

#include "formats/envelope.h"

struct archive_writer;
/* Is the name one of those? */
bool            archive_name_is_good(const char *path);
enum etl_status archive_writer_open(const char *path, struct archive_writer **out, struct err *err);
/* Called for everything that was stored for a member: once, or once for each part of an encrypted one. */
struct archive_stored {
    void (*see)(void *context, const char *name, uint64_t bytes, int fd); /* fd: what was stored, from its beginning */
    void *context;
};
/* A member from all bytes of `fd`, from its beginning. to NULL: not encrypted. */
enum etl_status archive_writer_add(struct archive_writer *w, const char *name, int fd, const struct envelope_to *to,
                                   const struct archive_stored *stored, struct err *err);
enum etl_status archive_writer_add_text(struct archive_writer *w, const char *name, struct str text, struct err *err);
enum etl_status archive_writer_commit(struct archive_writer *w, struct err *err);
void archive_writer_free(struct archive_writer *w); /* an archive that was not committed is removed. NULL is fine */

#endif
