/* formats/archive_reader.c - reads the members of a .zip or .tar by libarchive, the packing taken off before. */
#include "formats/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

enum { FEED_BYTES = 1 << 17, PART_MAX = ENVELOPE_PART_BYTES + (1 << 20) };

struct archive_reader {
    struct unpacked            *bytes;
    const char                 *path;
    const struct envelope_keys *keys;
    struct archive             *archive;
    struct err            feed_err; /* the fault of the bytes themselves: libarchive reports only that reading failed */
    char                  feed[FEED_BYTES];
    size_t                first; /* bytes in `feed` that were read before opening */
    char                 *name;  /* the member's */
    bool                  ahead; /* the next header was read while looking for a further part */
    struct archive_entry *entry;
    /* an encrypted member */
    bool       encrypted, unopened; /* unopened: its first part is not decrypted yet */
    unsigned   part;
    struct buf sealed, clear;
    size_t     clear_at;
};

bool archive_recognize(struct str b)
{
    return (b.len >= 4 && (memcmp(b.ptr, "PK\3\4", 4) == 0 || memcmp(b.ptr, "PK\5\6", 4) == 0)) ||
           (b.len >= ARCHIVE_PEEK && memcmp(b.ptr + 257, "ustar", 5) == 0);
}

static enum etl_status fault(const struct archive_reader *r, struct err *err, const char *what)
{
    if (r->feed_err.text[0] != '\0')
        return err_set(err, ETL_UNREAD, r->feed_err.rule, "%s", r->feed_err.text);
    return err_set(err, ETL_UNREAD, "archive-damaged", "%s cannot be read: %s", r->path,
                   what != NULL ? what : "it is damaged");
}

static la_ssize_t feed(struct archive *a, void *context, const void **bytes)
{
    struct archive_reader *r = context;
    size_t                 got;
    enum etl_status        st;

    *bytes = r->feed;
    if (r->first != 0) {
        got = r->first;
        r->first = 0;
        return (la_ssize_t)got;
    }
    st = unpacked_read(r->bytes, r->feed, sizeof r->feed, &got, &r->feed_err);
    if (st == ETL_END)
        return 0;
    if (st != ETL_OK) {
        archive_set_error(a, EIO, "%s", r->feed_err.text);
        return -1;
    }
    return (la_ssize_t)got;
}

enum etl_status archive_reader_open(struct unpacked *bytes, struct str first, const char *path,
                                    const struct envelope_keys *keys, struct archive_reader **out, struct err *err)
{
    struct archive_reader *r = calloc(1, sizeof *r);

    if (r == NULL)
        memory_exhausted("an archive", sizeof *r);
    r->bytes = bytes;
    r->path = path;
    r->keys = keys;
    r->first = first.len < sizeof r->feed ? first.len : sizeof r->feed;
    memcpy(r->feed, first.ptr != NULL ? first.ptr : "", r->first);
    buf_init(&r->sealed, PART_MAX, "an encrypted part");
    buf_init(&r->clear, PART_MAX, "an encrypted part");
    r->archive = archive_read_new();
    archive_read_support_format_zip(r->archive);
    archive_read_support_format_tar(r->archive);
    if (archive_read_open(r->archive, r, NULL, feed, NULL) != ARCHIVE_OK) {
        enum etl_status st = fault(r, err, archive_error_string(r->archive));

        archive_reader_close(r);
        return st;
    }
    *out = r;
    return ETL_OK;
}

bool archive_part_name(const char *name, struct str *member, unsigned *part)
{
    struct str whole = str_from(name), digits;
    uint64_t   number;

    if (!str_ends(whole, STR(".p7m")) || whole.len < 8 || whole.ptr[whole.len - 8] != '.')
        return false;
    digits = str_of(whole.ptr + whole.len - 7, 3);
    if (!str_to_u64(digits, &number))
        return false;
    *member = str_head(whole, whole.len - 8);
    *part = (unsigned)number;
    return true;
}

/* The next header of a regular file; ETL_END. */
static enum etl_status next_header(struct archive_reader *r, struct err *err)
{
    int rc;

    if (r->ahead) {
        r->ahead = false;
        return r->entry != NULL ? ETL_OK : ETL_END;
    }
    do {
        rc = archive_read_next_header(r->archive, &r->entry);
        if (rc == ARCHIVE_EOF) {
            r->entry = NULL;
            return ETL_END;
        }
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            return fault(r, err, archive_error_string(r->archive));
    } while (archive_entry_filetype(r->entry) != AE_IFREG || archive_entry_pathname(r->entry) == NULL);
    return ETL_OK;
}

static enum etl_status open_part(struct archive_reader *r, struct err *err)
{
    la_ssize_t got = 0;

    buf_reset(&r->sealed);
    buf_reset(&r->clear);
    r->clear_at = 0;
    while (buf_reserve(&r->sealed, FEED_BYTES) &&
           (got = archive_read_data(r->archive, r->sealed.ptr + r->sealed.len, r->sealed.cap - r->sealed.len)) > 0)
        r->sealed.len += (size_t)got;
    if (got < 0)
        return fault(r, err, archive_error_string(r->archive));
    if (buf_failed(&r->sealed))
        return fault(r, err, "an encrypted part is larger than any of ours");
    return envelope_open(r->keys, buf_str(&r->sealed), &r->clear, err);
}

/* Skips the parts of the member before that the caller did not read. */
static enum etl_status next_member(struct archive_reader *r, bool *is_part, unsigned *part, struct str *member,
                                   struct err *err)
{
    enum etl_status st;

    do {
        st = next_header(r, err);
        *is_part = st == ETL_OK && r->keys != NULL && archive_part_name(archive_entry_pathname(r->entry), member, part);
    } while (*is_part && r->encrypted && str_is(*member, r->name));
    return st;
}

enum etl_status archive_reader_next(struct archive_reader *r, struct archive_member *out, struct err *err)
{
    struct str      member;
    unsigned        part = 0;
    bool            is_part;
    enum etl_status st = next_member(r, &is_part, &part, &member, err);

    if (st != ETL_OK)
        return st;
    free(r->name);
    r->encrypted = r->unopened = is_part;
    r->name = is_part ? strndup(member.ptr, member.len) : strdup(archive_entry_pathname(r->entry));
    r->part = part;
    if (is_part && part != 1)
        return fault(r, err, "the first part of an encrypted member is missing");
    *out = (struct archive_member){ r->name, r->encrypted };
    return ETL_OK;
}

/* Opens the next part of the member. ETL_END: there is none. */
static enum etl_status next_part(struct archive_reader *r, struct err *err)
{
    enum etl_status st = next_header(r, err);
    struct str      member;
    unsigned        part;

    r->ahead = st == ETL_OK || st == ETL_END;
    if (st != ETL_OK)
        return st;
    if (!archive_part_name(archive_entry_pathname(r->entry), &member, &part) || !str_is(member, r->name))
        return ETL_END;
    r->ahead = false;
    if (part != ++r->part)
        return fault(r, err, "a part of an encrypted member is missing");
    return open_part(r, err);
}

static enum etl_status read_clear(struct archive_reader *r, char *to, size_t max, size_t *got, struct err *err)
{
    while (r->unopened || r->clear_at == r->clear.len) {
        enum etl_status st = r->unopened ? open_part(r, err) : next_part(r, err);

        r->unopened = false;

        if (st != ETL_OK)
            return st;
    }
    *got = r->clear.len - r->clear_at < max ? r->clear.len - r->clear_at : max;
    memcpy(to, r->clear.ptr + r->clear_at, *got);
    r->clear_at += *got;
    return ETL_OK;
}

enum etl_status archive_reader_read(struct archive_reader *r, char *to, size_t max, size_t *got, struct err *err)
{
    la_ssize_t n;

    *got = 0;
    if (r->encrypted)
        return read_clear(r, to, max, got, err);
    n = archive_read_data(r->archive, to, max);
    if (n < 0)
        return fault(r, err, archive_error_string(r->archive));
    *got = (size_t)n;
    return n == 0 ? ETL_END : ETL_OK;
}

void archive_reader_close(struct archive_reader *r)
{
    if (r == NULL)
        return;
    archive_read_free(r->archive);
    buf_wipe(&r->sealed);
    buf_wipe(&r->clear);
    free(r->name);
    free(r);
}
