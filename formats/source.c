/* formats/source.c - the bytes of an extract, wherever they are: one layer reads, one unpacks, one takes a member out. */
#include "formats/source.h"

#include <errno.h>

#include "etl/core/system/files.h"
#include "formats/archive_reader.h"

struct source {
    char                       *path, *member, *name;
    int                         fd; /* of the input */
    struct unpacked            *bytes;
    bool                        is_file; /* a regular file, so it can be read again */
    uint64_t                    modified;
    const struct envelope_keys *keys;    /* or NULL */
    struct archive_reader      *archive; /* or NULL: the input is not an archive */
    char                        first[ARCHIVE_PEEK];
    size_t                      peeked, peeked_at; /* unpacked bytes that were read ahead to recognize an archive */
    bool                        unpacked_ended;
    bool                        began;
    /* a copy of what was read, for pipes and for source_at of packed inputs */
    int      spool;
    uint64_t spool_len;
    bool     from_spool, keeps;
    uint64_t spool_at;
};

static enum etl_status unread(const struct source *s, struct err *err, const char *rule, const char *what)
{
    return err_set(err, ETL_UNREAD, rule, "%s cannot be read: %s", s->path, what);
}

/* ---- members of archives ---- */

/* Goes to the named member; without a name, to the only one. */
static enum etl_status enter_member(struct source *s, struct err *err)
{
    struct archive_member member;
    struct str            whole;
    unsigned              part;
    enum etl_status st = archive_reader_open(s->bytes, str_of(s->first, s->peeked), s->path, s->keys, &s->archive, err);

    s->peeked = 0;
    if (st != ETL_OK)
        return st;
    while ((st = archive_reader_next(s->archive, &member, err)) == ETL_OK) {
        if (s->keys == NULL && s->member != NULL && archive_part_name(member.name, &whole, &part) &&
            str_is(whole, s->member))
            return err_set(err, ETL_FAIL, "archive-encrypted",
                           "%s of %s is encrypted; say --decrypt-key FILE or --passphrase-file FILE", s->member,
                           s->path);
        if (strcmp(member.name, "[Content_Types].xml") == 0)
            return unread(s, err, "source-kind", "it is an Excel file (.xlsx); save its sheet as CSV");
        if (s->member == NULL || strcmp(member.name, s->member) == 0) {
            const char *slash = strrchr(member.name, '/');

            free(s->name);
            s->name = strdup(slash != NULL ? slash + 1 : member.name);
            return ETL_OK;
        }
    }
    if (st != ETL_END)
        return st;
    return s->member != NULL ? err_set(err, ETL_FAIL, "archive-member", "%s has no member %s", s->path, s->member)
                             : err_set(err, ETL_FAIL, "archive-member", "%s holds no file", s->path);
}

/* Reads the rest of the archive: its checksums and the digest of its bytes cover the whole file. */
static enum etl_status member_end(struct source *s, struct err *err)
{
    struct archive_member member;
    enum etl_status       st;

    while ((st = archive_reader_next(s->archive, &member, err)) == ETL_OK)
        if (s->member == NULL)
            return err_set(err, ETL_FAIL, "archive-member", "%s holds several files; name one: %s:%s", s->path, s->path,
                           member.name);
    if (st == ETL_END)
        st = unpacked_drain(s->bytes, err);
    return st == ETL_OK ? ETL_END : st;
}

static enum etl_status read_member(struct source *s, char *to, size_t max, size_t *got, struct err *err)
{
    enum etl_status st = archive_reader_read(s->archive, to, max, got, err);

    return st == ETL_END ? member_end(s, err) : st;
}

/* ---- the source ---- */

/* Files that people pass by mistake. Read as text, they would give misleading messages. */
static enum etl_status refuse_kinds(const struct source *s, struct err *err)
{
    static const struct {
        size_t      at, len;
        const char *magic, *what;
    } kinds[] = {
        { 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an old Excel file (.xls); save its sheet as CSV" },
        { 0, 6,
          "\xfd"
          "7zXZ\0",
          "it is packed by xz; unpack it first (gzip and zstd are read as they are)" },
        { 4, 6, "1AY&SY", "it is packed by bzip2; unpack it first (gzip and zstd are read as they are)" },
        { 0, 6, "7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive; unpack it first (.zip and .tar are read as they are)" },
        { 0, 5, "%PDF-", "it is a PDF" },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (s->peeked >= kinds[i].at + kinds[i].len &&
            memcmp(s->first + kinds[i].at, kinds[i].magic, kinds[i].len) == 0)
            return unread(s, err, "source-kind", kinds[i].what);
    return ETL_OK;
}

static enum etl_status begin(struct source *s, struct err *err)
{
    enum etl_status st = ETL_OK;

    while (st == ETL_OK && s->peeked < sizeof s->first && !s->unpacked_ended) {
        size_t got;

        st = unpacked_read(s->bytes, s->first + s->peeked, sizeof s->first - s->peeked, &got, err);
        if (st == ETL_END) {
            s->unpacked_ended = true;
            st = ETL_OK;
        }
        s->peeked += got;
    }
    if (st != ETL_OK)
        return st;
    s->began = true;
    if (archive_recognize(str_of(s->first, s->peeked)))
        return enter_member(s, err);
    if (s->member != NULL)
        return err_set(err, ETL_FAIL, "archive-member", "%s is no .zip or .tar, so it has no member %s", s->path,
                       s->member);
    return refuse_kinds(s, err);
}

/* "set.zip:dialup.csv": a file of the name before the colon exists, and none of the whole name. */
static void split_member(struct source *s, const char *path)
{
    const char *colon = strrchr(path, ':');

    s->path = strdup(path);
    if (colon == NULL || files_exists(path))
        return;
    s->path[colon - path] = '\0';
    if (files_exists(s->path))
        s->member = strdup(colon + 1);
    else
        s->path[colon - path] = ':';
}

static int make_spool(struct err *err)
{
    const char *folder = getenv("TMPDIR");
    char        path[4096];
    int         fd;

    snprintf(path, sizeof path, "%s/subferry.XXXXXX", folder != NULL ? folder : "/tmp");
    fd = files_temporary(path);
    if (fd < 0)
        err_set(err, ETL_AGAIN, "spool", "cannot make a temporary file %s: %s", path, strerror(errno));
    else
        files_remove(path); /* no name: it is gone when the process ends, however that happens */
    return fd;
}

enum etl_status source_open(const char *path, const struct unpacked_watch *watch, struct source **out, struct err *err)
{
    return source_open_with(path, watch, NULL, out, err);
}

enum etl_status source_open_with(const char *path, const struct unpacked_watch *watch, const struct envelope_keys *keys,
                                 struct source **out, struct err *err)
{
    struct source  *s = calloc(1, sizeof *s);
    struct stat     st = { 0 };
    const char     *slash;
    enum etl_status status;

    if (s == NULL)
        memory_exhausted("an input", sizeof *s);
    s->spool = -1;
    s->keys = keys;
    if (strcmp(path, "-") == 0) {
        s->path = strdup("-");
        s->name = strdup("stdin");
        s->fd = files_stdin();
    } else {
        split_member(s, path);
        if (s->path == NULL)
            memory_exhausted("the name of an input", strlen(path));
        slash = strrchr(s->path, '/');
        s->name = strdup(slash != NULL ? slash + 1 : s->path);
        s->fd = files_open(s->path, O_RDONLY);
    }
    if (s->fd < 0 || files_stat_open(s->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        status = err_set(err, ETL_UNREAD, "source-open", "cannot open %s: %s", s->path,
                         s->fd >= 0 && S_ISDIR(st.st_mode) ? "it is a folder" : strerror(errno));
        source_close(s);
        return status;
    }
    s->is_file = S_ISREG(st.st_mode) && strcmp(path, "-") != 0;
    s->modified = s->is_file ? (uint64_t)st.st_mtim.tv_sec : 0;
    if (!s->is_file) {
        s->spool = make_spool(err);
        if (s->spool < 0) {
            source_close(s);
            return ETL_AGAIN;
        }
    }
    status = unpacked_open(s->fd, s->path, watch, &s->bytes, err);
    if (status != ETL_OK)
        s->fd = -1; /* unpacked_close() closes it */
    if (status == ETL_OK)
        status = begin(s, err);
    if (status != ETL_OK) {
        source_close(s);
        return status;
    }
    *out = s;
    return ETL_OK;
}

static enum etl_status read_unpacked(struct source *s, char *to, size_t max, size_t *got, struct err *err)
{
    *got = 0;
    if (s->archive != NULL)
        return read_member(s, to, max, got, err);
    if (s->peeked != 0) {
        *got = s->peeked < max ? s->peeked : max;
        memcpy(to, s->first + s->peeked_at, *got);
        s->peeked_at += *got;
        s->peeked -= *got;
        return ETL_OK;
    }
    return unpacked_read(s->bytes, to, max, got, err);
}

static enum etl_status read_spool(struct source *s, char *to, size_t max, size_t *got, struct err *err)
{
    ssize_t n = files_pread(s->spool, to, max, (off_t)s->spool_at);

    if (n < 0)
        return unread(s, err, "spool", strerror(errno));
    s->spool_at += (uint64_t)n;
    *got = (size_t)n;
    return n == 0 ? ETL_END : ETL_OK;
}

enum etl_status source_read(struct source *s, char *to, size_t max, size_t *got, struct err *err)
{
    enum etl_status st;

    if (s->from_spool)
        return read_spool(s, to, max, got, err);
    st = read_unpacked(s, to, max, got, err);
    if (st == ETL_OK && s->spool >= 0) {
        size_t put = 0;

        while (put < *got) {
            ssize_t n = files_pwrite(s->spool, to + put, *got - put, (off_t)(s->spool_len + put));

            if (n < 0 && errno != EINTR)
                return err_set(err, ETL_AGAIN, "spool", "cannot keep a copy of %s: %s", s->path, strerror(errno));
            put += n > 0 ? (size_t)n : 0;
        }
        s->spool_len += *got;
    }
    return st;
}

static void end_member(struct source *s)
{
    archive_reader_close(s->archive);
    s->archive = NULL;
    s->peeked = s->peeked_at = 0;
    s->unpacked_ended = false;
}

enum etl_status source_rewind(struct source *s, struct err *err)
{
    if (!s->is_file) {
        /* The digest saw a pipe's bytes when they came; now they are read from the copy. */
        s->from_spool = true;
        s->spool_at = 0;
        return ETL_OK;
    }
    end_member(s);
    s->spool_len = 0;
    enum etl_status st = unpacked_rewind(s->bytes, err);

    return st == ETL_OK ? begin(s, err) : st;
}

enum etl_status source_keep(struct source *s, struct err *err)
{
    s->keeps = true;
    if (s->spool >= 0 || (s->is_file && unpacked_is_plain(s->bytes) && s->archive == NULL))
        return ETL_OK;
    s->spool = make_spool(err);
    return s->spool >= 0 ? ETL_OK : ETL_AGAIN;
}

enum etl_status source_at(struct source *s, uint64_t offset, char *to, size_t len, struct err *err)
{
    int    fd = s->spool >= 0 ? s->spool : s->fd;
    size_t have = 0;

    while (have < len) {
        ssize_t got = files_pread(fd, to + have, len - have, (off_t)(offset + have));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return unread(s, err, "source-at", got == 0 ? "it became shorter while it was read" : strerror(errno));
        have += (size_t)got;
    }
    return ETL_OK;
}

const char *source_name(const struct source *s)
{
    return s->name;
}

uint64_t source_modified(const struct source *s)
{
    return s->modified;
}

void source_close(struct source *s)
{
    if (s == NULL)
        return;
    end_member(s);
    if (s->bytes != NULL)
        unpacked_close(s->bytes);
    else if (s->fd >= 0)
        files_close(s->fd);
    if (s->spool >= 0)
        files_close(s->spool);
    free(s->path);
    free(s->member);
    free(s->name);
    free(s);
}
