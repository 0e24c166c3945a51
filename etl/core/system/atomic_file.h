/* etl/core/system/atomic_file.h - a file that is there whole or not at all: written beside, flushed, renamed.
 *
 * Limits  created 0600. Commit does flush, fsync, rename and fsync of the folder.
 * Errors  ETL_AGAIN when the disk is full, ETL_FAIL otherwise. Drop removes what was not committed. */
#ifndef ETL_CORE_SYSTEM_ATOMIC_FILE_H
#define ETL_CORE_SYSTEM_ATOMIC_FILE_H

#include <stdio.h>

#include "etl/core/err.h"

struct atomic_file {
    int   fd; /* for raw writes; do not mix with stream unflushed */
    FILE *stream;
    char *path, *temporary;
};

enum etl_status atomic_file_begin(struct atomic_file *f, const char *path, struct err *err);
enum etl_status atomic_file_write(struct atomic_file *f, struct str bytes, struct err *err);
enum etl_status atomic_file_commit(struct atomic_file *f, struct err *err);
void            atomic_file_drop(struct atomic_file *f); /* after commit it does nothing */
/* The whole of a small file, into an arena; a ceiling named in the error. */
enum etl_status file_read(const char *path, size_t max, struct arena *mem, struct str *out, struct err *err);
/* Writes all bytes or says why not (ETL_AGAIN: disk full). `what` names the file. */
enum etl_status fd_write_all(int fd, struct str bytes, const char *what, struct err *err);

#endif
