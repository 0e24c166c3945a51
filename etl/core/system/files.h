/* etl/core/system/files.h - the file system: the only way to files, folders, links and locks.
 *
 * A link seam, as connection/transfer.h is one for the network: everything that touches the disk stands in files.c, alone in its object
 * file. A simulator or a test links functions of these names of its own, and files.c stays out. A table that is passed in was considered:
 * it would go through every function that writes, though no program needs two file systems at once. SQLite has a seam of its own (its
 * VFS); libarchive, libxml2 and yajl work on our buffers.
 *
 * Errors   as the system calls: -1 or NULL, and errno says why. files_fault() turns errno into a struct err; who has a better message
 *          words it from errno. Limits: what is made is 0600, folders 0700; descriptors do not pass to other programs.
 * Threads  any; a descriptor is used by one at a time, except for files_pread(). */
#ifndef ETL_CORE_SYSTEM_FILES_H
#define ETL_CORE_SYSTEM_FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "etl/core/err.h"

/* "cannot write run/plan.jsonl: the disk is full": ETL_AGAIN when it is full, else ETL_FAIL with errno's text. */
enum etl_status files_fault(struct err *err, const char *doing, const char *what);

/* ---- descriptors ---- */

int     files_open(const char *path, int flags); /* flags: O_RDONLY, O_RDWR | O_CREAT … */
int     files_temporary(char *pattern);          /* "run/.plan.XXXXXX", which becomes its name */
int     files_stdin(void);                       /* standard input, to be closed like any other */
int     files_close(int fd);
ssize_t files_read(int fd, void *to, size_t max);
ssize_t files_pread(int fd, void *to, size_t max, off_t at);
ssize_t files_write(int fd, const void *bytes, size_t len);
ssize_t files_pwrite(int fd, const void *bytes, size_t len, off_t at);
off_t   files_seek(int fd, off_t to, int from); /* SEEK_SET, SEEK_CUR */
int     files_resize(int fd, off_t bytes);
int     files_reserve(int fd, off_t bytes); /* 0, or the error's number: the disk has no room for it */
int     files_sync(int fd);
int     files_stat_open(int fd, struct stat *out);
int     files_lock(int fd, bool alone); /* -1 when another holds it; never waits. Goes with the descriptor */

/* ---- names ---- */

int   files_stat(const char *path, struct stat *out);
bool  files_exists(const char *path);
bool  files_readable(const char *path);
char *files_real_path(const char *path, char *out); /* out: PATH_MAX bytes, or NULL for memory of malloc() */
int   files_rename(const char *from, const char *to);
int   files_link(const char *from, const char *to); /* fails when `to` is there */
int   files_remove(const char *path);

/* ---- folders ---- */

int  files_make_folder(const char *path);
void files_make_folders(
    char *path); /* and all above it; what fails is seen when it is used. `path` is unchanged afterwards */
char *files_temporary_folder(char *pattern);
int   files_remove_tree(const char *path); /* with all in it; links are removed, not followed */
bool  files_is_empty_folder(const char *path);
int   files_empty_folder(const char *path); /* removes all in it */
/* Every name in the folder, in no order, until see() says otherwise. The names are taken first, so see() may remove what it is told. */
enum etl_status files_each(const char *path, enum etl_status (*see)(void *context, const char *name, struct err *err),
                           void *context, struct err *err);
int             files_make_private(const char *path); /* 0700 */
int             files_sync_folder(const char *path);  /* 0 also where a file system cannot */

/* ---- streams, for libraries that read one ---- */

FILE *files_stream_open(const char *path); /* for reading */
FILE *files_stream_of(int fd);             /* for writing; closes the descriptor with it */
int   files_stream_close(FILE *stream);

#endif
