/* etl/extract/file_source.h - a file as a source of records: an extract as its mapping says it is written, or an archive's table.
 *
 * Lifetime  opened in two steps: file_source_open() has the bytes, file_source_start() the records. record_source_close() ends both.
 * Digest    of the bytes as they lie in the file, taken while they are read. */
#ifndef ETL_EXTRACT_FILE_SOURCE_H
#define ETL_EXTRACT_FILE_SOURCE_H

#include "etl/core/system/sha256.h"
#include "etl/extract/record_source.h"
#include "etl/mapping/program.h"

struct envelope_keys;

struct file_source_options {
    const char                 *path;
    const struct envelope_keys *keys;        /* open an encrypted archive; or NULL */
    bool                        has_reasons; /* came back from rejects/: a headerless CSV has one cell more then */
    bool                        keeps_rows;  /* record_source_again() will be asked */
};
struct file_source;

/* Opens the bytes; ETL_UNREAD where they cannot be had, and err->file names the file. *out is set on failure too, to be closed. */
enum etl_status file_source_open(const struct mapping *m, size_t input, const struct file_source_options *options,
                                 struct arena *mem, struct file_source **out, struct err *err);
/* Reads all bytes for their digest, and goes back to the first. */
enum etl_status file_source_read_through(struct file_source *f, struct hex256 *digest, struct err *err);
/* Begins with the records: the columns are known then. */
enum etl_status file_source_start(struct file_source *f, struct err *err);

struct record_source *file_source_records(struct file_source *f); /* NULL for NULL */
/* What mapping_bind() takes: of a CSV the columns it has, of JSON the paths that the mapping asks. */
const struct str      *file_source_columns(const struct file_source *f, size_t *count);
const struct csv_form *file_source_form(const struct file_source *f);     /* how a CSV is written; NULL: it is none */
uint64_t               file_source_modified(const struct file_source *f); /* Unix time, 0 unknown */
/* After the last block: how many bytes the file has, and their digest. */
uint64_t      file_source_bytes(const struct file_source *f);
struct hex256 file_source_digest(struct file_source *f);
/* After the last block: warns of the paths that no record had. */
void file_source_warn_unseen(const struct file_source *f, struct findings *faults);

#endif
