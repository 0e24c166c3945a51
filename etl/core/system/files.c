/* etl/core/system/files.c - the file system, by the system's calls. A simulator links its own in place of this file. */
#include "etl/core/system/files.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <sys/file.h>
#include <unistd.h>

enum { FOLDERS_OPEN = 16 /* that removing a tree may hold open at once */ };

/* ---- descriptors ---- */

int files_open(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC, 0600);
}

int files_temporary(char *pattern)
{
    return mkostemp(pattern, O_CLOEXEC);
}

int files_stdin(void)
{
    return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
}

int files_close(int fd)
{
    return close(fd);
}

ssize_t files_read(int fd, void *to, size_t max)
{
    return read(fd, to, max);
}

ssize_t files_pread(int fd, void *to, size_t max, off_t at)
{
    return pread(fd, to, max, at);
}

ssize_t files_write(int fd, const void *bytes, size_t len)
{
    return write(fd, bytes, len);
}

ssize_t files_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite(fd, bytes, len, at);
}

off_t files_seek(int fd, off_t to, int from)
{
    return lseek(fd, to, from);
}

int files_resize(int fd, off_t bytes)
{
    return ftruncate(fd, bytes);
}

int files_reserve(int fd, off_t bytes)
{
    return posix_fallocate(fd, 0, bytes);
}

int files_sync(int fd)
{
    return fsync(fd);
}

int files_stat_open(int fd, struct stat *out)
{
    return fstat(fd, out);
}

int files_lock(int fd, bool alone)
{
    return flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

/* ---- names ---- */

int files_stat(const char *path, struct stat *out)
{
    return stat(path, out);
}

bool files_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool files_readable(const char *path)
{
    return access(path, R_OK) == 0;
}

char *files_real_path(const char *path, char *out)
{
    return realpath(path, out);
}

int files_rename(const char *from, const char *to)
{
    return rename(from, to);
}

int files_link(const char *from, const char *to)
{
    return link(from, to);
}

int files_remove(const char *path)
{
    return unlink(path);
}

/* ---- folders ---- */

int files_make_folder(const char *path)
{
    return mkdir(path, 0700);
}

void files_make_folders(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

char *files_temporary_folder(char *pattern)
{
    return mkdtemp(pattern);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

int files_remove_tree(const char *path)
{
    return nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}

bool files_is_empty_folder(const char *path)
{
    DIR           *folder = opendir(path);
    struct dirent *entry;
    bool           is_empty = folder != NULL;

    while (is_empty && (entry = readdir(folder)) != NULL)
        is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (folder != NULL)
        closedir(folder);
    return is_empty;
}

enum etl_status files_each(const char *path, enum etl_status (*see)(void *context, const char *name, struct err *err),
                           void *context, struct err *err)
{
    struct dirent **names = NULL;
    int             n = scandir(path, &names, NULL, NULL);
    enum etl_status st = n < 0 ? files_fault(err, "read", path) : ETL_OK;

    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;

        if (st == ETL_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            st = see(context, name, err);
        free(names[i]);
    }
    free(names);
    return st;
}

static enum etl_status remove_in(void *context, const char *name, struct err *err)
{
    char *whole = NULL;
    int   result;

    if (asprintf(&whole, "%s/%s", (const char *)context, name) < 0)
        memory_exhausted("a file's name", strlen(name));
    result = files_remove_tree(whole);
    free(whole);
    return result == 0 ? ETL_OK : files_fault(err, "remove", name);
}

int files_empty_folder(const char *path)
{
    char           *folder = strdup(path);
    enum etl_status st = files_each(path, remove_in, folder, NULL);

    free(folder);
    return st == ETL_OK ? 0 : -1;
}

int files_make_private(const char *path)
{
    return chmod(path, 0700);
}

/* A folder that may not be opened for reading cannot be flushed: then the file system decides when the name is on disk. */
int files_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

    if (fd < 0)
        return 0;
    result = fsync(fd);
    if (result != 0 && errno == EINVAL) /* some file systems cannot flush a folder */
        result = 0;
    close(fd);
    return result;
}

/* ---- streams ---- */

FILE *files_stream_open(const char *path)
{
    return fopen(path, "re");
}

FILE *files_stream_of(int fd)
{
    return fdopen(fd, "w");
}

int files_stream_close(FILE *stream)
{
    return fclose(stream);
}
