/* formats/unpacked.c - a file's bytes without their packing. */
#include "formats/unpacked.h"

#include <errno.h>
#include <zlib.h>
#include <zstd.h>

#include "etl/core/system/files.h"

enum { RAW_BYTES = 1 << 17 };

enum packing { PACK_NONE, PACK_GZIP, PACK_ZSTD };

struct unpacked {
    const char           *name;
    struct unpacked_watch watch;
    int                   fd;
    unsigned char         raw[RAW_BYTES];
    size_t                raw_at, raw_len;
    bool                  raw_ended;
    enum packing          packing;
    z_stream              gzip;
    bool                  gzip_open, gzip_fresh; /* fresh: no byte of this member is read yet */
    uint64_t              gzip_members;          /* members with a right checksum */
    ZSTD_DStream         *zstd;
    size_t                zstd_hint; /* 0: at a frame's end */
};

static enum etl_status unread(const struct unpacked *s, struct err *err, const char *rule, const char *what)
{
    return err_set(err, ETL_UNREAD, rule, "%s cannot be read: %s", s->name, what);
}

/* ---- raw bytes ---- */

static enum etl_status fill_raw(struct unpacked *s, struct err *err)
{
    ssize_t got;

    if (s->raw_at < s->raw_len || s->raw_ended)
        return ETL_OK;
    do
        got = files_read(s->fd, s->raw, sizeof s->raw);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return unread(s, err, "source-read", strerror(errno));
    s->raw_at = 0;
    s->raw_len = (size_t)got;
    s->raw_ended = got == 0;
    if (got > 0 && s->watch.seen != NULL)
        s->watch.seen(s->watch.context, str_of((const char *)s->raw, (size_t)got));
    return ETL_OK;
}

/* ---- unpacking ---- */

static enum etl_status unpack_none(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err)
{
    size_t          left;
    enum etl_status st = fill_raw(s, err);

    if (st != ETL_OK)
        return st;
    left = s->raw_len - s->raw_at;
    *got = left < max ? left : max;
    if (*got == 0)
        return ETL_END;
    memcpy(to, s->raw + s->raw_at, *got);
    s->raw_at += *got;
    return ETL_OK;
}

/* Behind a member: zeros are padding, as for gzip(1); another member may follow (RFC 1952 2.2); anything else is damage. */
static enum etl_status gzip_between(struct unpacked *s, struct err *err)
{
    while (s->raw_at < s->raw_len && s->raw[s->raw_at] == 0)
        s->raw_at++;
    if (s->raw_at < s->raw_len && s->raw[s->raw_at] != 0x1f)
        return unread(s, err, "gzip-trailing", "something that is no gzip data stands behind the gzip data");
    return ETL_OK;
}

/* zlib checks CRC-32 and length of each member. */
static enum etl_status unpack_gzip(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err)
{
    for (;;) {
        enum etl_status st = fill_raw(s, err);
        int             rc;

        if (st == ETL_OK && s->gzip_fresh && s->gzip_members != 0)
            st = gzip_between(s, err);
        if (st != ETL_OK)
            return st;
        if (s->raw_at == s->raw_len) {
            if (s->gzip_fresh && !s->raw_ended)
                continue;
            if (s->gzip_fresh)
                return ETL_END;
            return unread(s, err, "gzip-cut", "the gzip data ends too early; the file is cut off");
        }
        s->gzip.next_in = s->raw + s->raw_at;
        s->gzip.avail_in = (uInt)(s->raw_len - s->raw_at);
        s->gzip.next_out = (unsigned char *)to;
        s->gzip.avail_out = (uInt)max;
        s->gzip_fresh = false;
        rc = inflate(&s->gzip, Z_NO_FLUSH);
        s->raw_at = s->raw_len - s->gzip.avail_in;
        *got = max - s->gzip.avail_out;
        if (rc == Z_STREAM_END) {
            inflateReset(&s->gzip);
            s->gzip_fresh = true;
            s->gzip_members++;
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return unread(s, err, "gzip-damaged", s->gzip.msg != NULL ? s->gzip.msg : "the gzip data is damaged");
        }
        if (*got != 0)
            return ETL_OK;
    }
}

static enum etl_status unpack_zstd(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err)
{
    for (;;) {
        ZSTD_outBuffer  out = { to, max, 0 };
        ZSTD_inBuffer   in;
        size_t          rc;
        enum etl_status st = fill_raw(s, err);

        if (st != ETL_OK)
            return st;
        in = (ZSTD_inBuffer){ s->raw + s->raw_at, s->raw_len - s->raw_at, 0 };
        if (in.size == 0 && s->zstd_hint == 0)
            return ETL_END;
        rc = ZSTD_decompressStream(s->zstd, &out, &in);
        if (ZSTD_isError(rc))
            return unread(s, err, "zstd-damaged", ZSTD_getErrorName(rc));
        s->raw_at += in.pos;
        *got = out.pos;
        if (*got != 0 || in.pos != 0)
            s->zstd_hint = rc;
        if (*got != 0)
            return ETL_OK;
        if (in.size == 0)
            return unread(s, err, "zstd-cut", "the zstd data ends too early; the file is cut off");
    }
}

static enum etl_status unpack(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err)
{
    *got = 0;
    switch (s->packing) {
    case PACK_GZIP: return unpack_gzip(s, to, max, got, err);
    case PACK_ZSTD: return unpack_zstd(s, to, max, got, err);
    case PACK_NONE: break;
    }
    return unpack_none(s, to, max, got, err);
}

static enum etl_status see_packing(struct unpacked *s, struct err *err)
{
    enum etl_status st = fill_raw(s, err);

    if (st != ETL_OK)
        return st;
    s->packing = PACK_NONE;
    if (s->raw_len >= 2 && s->raw[0] == 0x1f && s->raw[1] == 0x8b) {
        s->packing = PACK_GZIP;
        s->gzip = (z_stream){ 0 };
        if (inflateInit2(&s->gzip, 15 + 16) != Z_OK)
            memory_exhausted("zlib", 0);
        s->gzip_open = s->gzip_fresh = true;
        s->gzip_members = 0;
    } else if (s->raw_len >= 4 && memcmp(s->raw, "\x28\xb5\x2f\xfd", 4) == 0) {
        s->packing = PACK_ZSTD;
        s->zstd = ZSTD_createDStream();
        if (s->zstd == NULL)
            memory_exhausted("zstd", 0);
        s->zstd_hint = 1;
    }
    return ETL_OK;
}

static void end_packing(struct unpacked *s)
{
    if (s->gzip_open)
        inflateEnd(&s->gzip);
    ZSTD_freeDStream(s->zstd);
    s->gzip_open = false;
    s->zstd = NULL;
    s->raw_at = s->raw_len = 0;
    s->raw_ended = false;
}

enum etl_status unpacked_open(int fd, const char *name, const struct unpacked_watch *watch, struct unpacked **out,
                              struct err *err)
{
    struct unpacked *s = calloc(1, sizeof *s);
    enum etl_status  st;

    if (s == NULL)
        memory_exhausted("an input", sizeof *s);
    s->fd = fd;
    s->name = name;
    if (watch != NULL)
        s->watch = *watch;
    st = see_packing(s, err);
    if (st != ETL_OK) {
        unpacked_close(s);
        return st;
    }
    *out = s;
    return ETL_OK;
}

enum etl_status unpacked_read(struct unpacked *s, char *to, size_t max, size_t *got, struct err *err)
{
    return unpack(s, to, max, got, err);
}

bool unpacked_is_plain(const struct unpacked *s)
{
    return s->packing == PACK_NONE;
}

enum etl_status unpacked_rewind(struct unpacked *s, struct err *err)
{
    end_packing(s);
    if (files_seek(s->fd, 0, SEEK_SET) != 0)
        return unread(s, err, "source-rewind", strerror(errno));
    return see_packing(s, err);
}

enum etl_status unpacked_drain(struct unpacked *s, struct err *err)
{
    char            bytes[1 << 14];
    size_t          got;
    enum etl_status st;

    do
        st = unpack(s, bytes, sizeof bytes, &got, err);
    while (st == ETL_OK);
    return st == ETL_END ? ETL_OK : st;
}

void unpacked_close(struct unpacked *s)
{
    if (s == NULL)
        return;
    end_packing(s);
    if (s->fd >= 0)
        files_close(s->fd);
    free(s);
}
