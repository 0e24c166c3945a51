/* formats/archive_writer.c - writes an archive by libarchive, the same bytes for the same members. */
#include "formats/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"

enum { COPY_BYTES = 1 << 17 };

struct archive_writer {
    struct atomic_file file;
    struct archive    *archive;
    const char        *what; /* the path as typed, for messages */
    char               copy[COPY_BYTES];
};

enum form { FORM_NONE, FORM_ZIP, FORM_TAR_GZ, FORM_TAR_ZST };

static enum form form_of(const char *path)
{
    struct str name = str_from(path);

    if (str_ends(name, STR(".zip")))
        return FORM_ZIP;
    if (str_ends(name, STR(".tar.gz")) || str_ends(name, STR(".tgz")))
        return FORM_TAR_GZ;
    return str_ends(name, STR(".tar.zst")) ? FORM_TAR_ZST : FORM_NONE;
}

bool archive_name_is_good(const char *path)
{
    return form_of(path) != FORM_NONE;
}

static enum etl_status fault(struct archive_writer *w, struct err *err)
{
    int number = archive_errno(w->archive);

    if (number == ENOSPC || number == EDQUOT)
        return err_set(err, ETL_AGAIN, "disk-full", "cannot write %s: the disk is full", w->what);
    return err_set(err, ETL_FAIL, "archive-write", "cannot write %s: %s", w->what, archive_error_string(w->archive));
}

static int set_form(struct archive *a, enum form form)
{
    int rc = ARCHIVE_OK;

    if (form == FORM_ZIP) {
        rc = archive_write_set_format_zip(a);
    } else {
        rc = archive_write_set_format_pax_restricted(a);
        if (rc == ARCHIVE_OK)
            rc = form == FORM_TAR_GZ ? archive_write_add_filter_gzip(a) : archive_write_add_filter_zstd(a);
        if (rc == ARCHIVE_OK && form == FORM_TAR_GZ)
            rc = archive_write_set_filter_option(a, "gzip", "timestamp",
                                                 NULL); /* otherwise the bytes would depend on the time */
    }
    return rc;
}

enum etl_status archive_writer_open(const char *path, struct archive_writer **out, struct err *err)
{
    struct archive_writer *w;
    enum etl_status        st;

    if (!archive_name_is_good(path))
        return err_set(err, ETL_FAIL, "archive-name", "%s: an archive's name ends in .zip, .tar.gz or .tar.zst", path);
    w = calloc(1, sizeof *w);
    if (w == NULL)
        memory_exhausted("an archive", sizeof *w);
    w->what = path;
    st = atomic_file_begin(&w->file, path, err);
    if (st != ETL_OK) {
        free(w);
        return st;
    }
    w->archive = archive_write_new();
    if (set_form(w->archive, form_of(path)) != ARCHIVE_OK ||
        archive_write_open_fd(w->archive, w->file.fd) != ARCHIVE_OK) {
        st = fault(w, err);
        archive_writer_free(w);
        return st;
    }
    *out = w;
    return ETL_OK;
}

/* No time is set: zip would write local time, which depends on TZ. */
static enum etl_status begin_member(struct archive_writer *w, const char *name, uint64_t bytes, struct err *err)
{
    struct archive_entry *entry = archive_entry_new();
    int                   rc;

    if (entry == NULL)
        memory_exhausted("an archive", 0);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, (la_int64_t)bytes);
    rc = archive_write_header(w->archive, entry);
    archive_entry_free(entry);
    return rc == ARCHIVE_OK ? ETL_OK : fault(w, err);
}

static enum etl_status write_bytes(struct archive_writer *w, struct str bytes, struct err *err)
{
    while (bytes.len != 0) {
        la_ssize_t put = archive_write_data(w->archive, bytes.ptr, bytes.len);

        if (put <= 0)
            return fault(w, err);
        bytes = str_skip(bytes, (size_t)put);
    }
    return ETL_OK;
}

static enum etl_status read_fault(const char *name, struct err *err)
{
    return err_set(err, ETL_FAIL, "archive-member", "cannot read %s for the archive: %s", name, strerror(errno));
}

static enum etl_status add_stored(struct archive_writer *w, const char *name, int fd,
                                  const struct archive_stored *stored, struct err *err)
{
    struct stat     st;
    uint64_t        at = 0;
    enum etl_status status;

    if (files_stat_open(fd, &st) != 0)
        return read_fault(name, err);
    status = begin_member(w, name, (uint64_t)st.st_size, err);
    while (status == ETL_OK && at < (uint64_t)st.st_size) {
        ssize_t got = files_pread(fd, w->copy, sizeof w->copy, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? err_set(err, ETL_FAIL, "archive-member", "%s became shorter while it was packed", name)
                            : read_fault(name, err);
        status = write_bytes(w, str_of(w->copy, (size_t)got), err);
        at += (uint64_t)got;
    }
    if (status == ETL_OK && archive_write_finish_entry(w->archive) != ARCHIVE_OK)
        return fault(w, err);
    if (status == ETL_OK && stored != NULL)
        stored->see(stored->context, name, at, fd);
    return status;
}

/* A file without a name, in the folder of the archive: the disk that has room for the archive has room for it. */
static int spool(struct archive_writer *w, struct err *err)
{
    char        path[4096];
    const char *slash = strrchr(w->what, '/');
    int         fd;

    snprintf(path, sizeof path, "%.*s.part.XXXXXX", slash != NULL ? (int)(slash - w->what + 1) : 0, w->what);
    fd = files_temporary(path);
    if (fd < 0)
        err_set(err, ETL_FAIL, "archive-write", "cannot write beside %s: %s", w->what, strerror(errno));
    else
        files_remove(path);
    return fd;
}

/* The next part's clear text in a file of its own, because envelope_seal() reads a descriptor to its end. */
static enum etl_status cut_part(struct archive_writer *w, const char *name, int from, uint64_t at, int to,
                                uint64_t *bytes, struct err *err)
{
    *bytes = 0;
    if (files_resize(to, 0) != 0 || files_seek(to, 0, SEEK_SET) != 0)
        return read_fault(name, err);
    while (*bytes < ENVELOPE_PART_BYTES) {
        size_t want =
            ENVELOPE_PART_BYTES - *bytes < sizeof w->copy ? (size_t)(ENVELOPE_PART_BYTES - *bytes) : sizeof w->copy;
        ssize_t         got = files_pread(from, w->copy, want, (off_t)(at + *bytes));
        enum etl_status st;

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return read_fault(name, err);
        if (got == 0)
            break;
        st = fd_write_all(to, str_of(w->copy, (size_t)got), name, err);
        if (st != ETL_OK)
            return st;
        *bytes += (uint64_t)got;
    }
    return files_seek(to, 0, SEEK_SET) == 0 ? ETL_OK : read_fault(name, err);
}

static enum etl_status add_encrypted(struct archive_writer *w, const char *name, int fd, const struct envelope_to *to,
                                     const struct archive_stored *stored, struct err *err)
{
    int             clear = spool(w, err), sealed = clear >= 0 ? spool(w, err) : -1;
    enum etl_status st = sealed >= 0 ? ETL_OK : ETL_FAIL;
    uint64_t        at = 0, bytes = ENVELOPE_PART_BYTES;

    for (unsigned part = 1; st == ETL_OK && bytes == ENVELOPE_PART_BYTES; part++) {
        char part_name[512];

        snprintf(part_name, sizeof part_name, "%s.%03u.p7m", name, part);
        st = cut_part(w, name, fd, at, clear, &bytes, err);
        if (st == ETL_OK && bytes == 0 && part > 1)
            break; /* the member ended with the part before */
        if (st == ETL_OK && (files_resize(sealed, 0) != 0 || files_seek(sealed, 0, SEEK_SET) != 0))
            st = read_fault(name, err);
        if (st == ETL_OK)
            st = envelope_seal(to, clear, sealed, err);
        if (st == ETL_OK)
            st = add_stored(w, part_name, sealed, stored, err);
        at += bytes;
    }
    if (clear >= 0)
        files_close(clear);
    if (sealed >= 0)
        files_close(sealed);
    return st;
}

enum etl_status archive_writer_add(struct archive_writer *w, const char *name, int fd, const struct envelope_to *to,
                                   const struct archive_stored *stored, struct err *err)
{
    return to != NULL ? add_encrypted(w, name, fd, to, stored, err) : add_stored(w, name, fd, stored, err);
}

enum etl_status archive_writer_add_text(struct archive_writer *w, const char *name, struct str text, struct err *err)
{
    enum etl_status st = begin_member(w, name, text.len, err);

    if (st == ETL_OK)
        st = write_bytes(w, text, err);
    if (st == ETL_OK && archive_write_finish_entry(w->archive) != ARCHIVE_OK)
        return fault(w, err);
    return st;
}

enum etl_status archive_writer_commit(struct archive_writer *w, struct err *err)
{
    if (archive_write_close(w->archive) != ARCHIVE_OK)
        return fault(w, err);
    return atomic_file_commit(&w->file, err);
}

void archive_writer_free(struct archive_writer *w)
{
    if (w == NULL)
        return;
    if (w->archive != NULL)
        archive_write_free(w->archive);
    atomic_file_drop(&w->file);
    free(w);
}
