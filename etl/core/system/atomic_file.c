/* etl/core/system/atomic_file.c - a file that is there whole or not at all: written beside, flushed, renamed. */
#include "etl/core/system/atomic_file.h"

#include <errno.h>

#include "etl/core/system/files.h"

/* The folder a path lies in, into `out`. */
static void folder_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        snprintf(out, size, ".");
    else
        snprintf(out, size, "%.*s", (int)(slash == path ? 1 : slash - path), path);
}

enum etl_status atomic_file_begin(struct atomic_file *f, const char *path, struct err *err)
{
    char        folder[4096];
    const char *name = strrchr(path, '/');
    size_t      size;

    *f = (struct atomic_file){ .fd = -1 };
    folder_of(path, folder, sizeof folder);
    name = name != NULL ? name + 1 : path;
    size = strlen(folder) + strlen(name) + 16;
    f->path = strdup(path);
    f->temporary = malloc(size);
    if (f->path == NULL || f->temporary == NULL)
        memory_exhausted("a file's name", size);
    snprintf(f->temporary, size, "%s/.%s.XXXXXX", folder, name);
    f->fd = files_temporary(f->temporary); /* 0600 */
    if (f->fd >= 0)
        f->stream = files_stream_of(f->fd);
    if (f->fd < 0 || f->stream == NULL) {
        enum etl_status st = files_fault(err, "write", path);

        free(f->temporary);
        free(f->path);
        if (f->fd >= 0)
            files_close(f->fd);
        *f = (struct atomic_file){ .fd = -1 };
        return st;
    }
    return ETL_OK;
}

enum etl_status atomic_file_write(struct atomic_file *f, struct str bytes, struct err *err)
{
    return fd_write_all(f->fd, bytes, f->path, err);
}

enum etl_status atomic_file_commit(struct atomic_file *f, struct err *err)
{
    char            folder[4096];
    enum etl_status st = ETL_OK;

    if (fflush(f->stream) != 0 || files_sync(f->fd) != 0 || files_rename(f->temporary, f->path) != 0) {
        st = files_fault(err, "write", f->path);
        atomic_file_drop(f);
        return st;
    }
    folder_of(f->path, folder, sizeof folder);
    if (files_sync_folder(folder) != 0)
        st = files_fault(err, "flush", folder);
    free(f->temporary);
    f->temporary = NULL; /* it has its name: nothing to remove */
    atomic_file_drop(f);
    return st;
}

void atomic_file_drop(struct atomic_file *f)
{
    if (f->stream != NULL)
        files_stream_close(f->stream);
    if (f->temporary != NULL)
        files_remove(f->temporary);
    free(f->temporary);
    free(f->path);
    *f = (struct atomic_file){ .fd = -1 };
}

enum etl_status file_read(const char *path, size_t max, struct arena *mem, struct str *out, struct err *err)
{
    AUTO(buf_release) struct buf text;
    int                          fd = files_open(path, O_RDONLY);
    ssize_t                      got = 0;

    buf_init(&text, max, path);
    if (fd < 0)
        return err_set(err, ETL_FAIL, "file-open", "cannot read %s: %s", path, strerror(errno));
    while (buf_reserve(&text, 65536 < max - text.len ? 65536 : max - text.len) &&
           (got = files_read(fd, text.ptr + text.len, text.cap - text.len)) > 0) {
        text.len += (size_t)got;
        if (text.len == max)
            break;
    }
    files_close(fd);
    if (got < 0)
        return err_set(err, ETL_FAIL, "file-read", "cannot read %s: %s", path, strerror(errno));
    if (buf_failed(&text) || text.len == max)
        return err_set(err, ETL_FAIL, "file-size", "%s is larger than %zu bytes", path, max);
    *out = arena_str(mem, buf_str(&text));
    return ETL_OK;
}

enum etl_status fd_write_all(int fd, struct str bytes, const char *what, struct err *err)
{
    while (bytes.len != 0) {
        ssize_t put = files_write(fd, bytes.ptr, bytes.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return files_fault(err, "write", what);
        bytes = str_skip(bytes, (size_t)put);
    }
    return ETL_OK;
}
