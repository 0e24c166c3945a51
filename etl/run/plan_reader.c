/* etl/run/plan_reader.c - reads a file of lines of a run folder: line by line, or one line again by its place. */
#include "etl/run/plan_reader.h"

#include <errno.h>

#include "etl/core/buf.h"
#include "etl/core/system/files.h"

enum { LONGEST_LINE = 64 << 20, WINDOWS = 8 };

/* Lanes that are sent at the same time have their calls near each other in a few places of the file, one for each input: so a few windows
 * of it are kept, a sealed block each, or as many bytes of a file that has none. */
struct window {
    uint64_t   at;
    struct buf bytes;
};
struct plan_reader {
    int                       fd;
    char                     *path;
    const struct sealed_file *sealed;
    struct block_tagger      *tagger;
    uint64_t                  at; /* of buffer[0] in the file */
    struct buf                buffer;
    size_t                    next; /* where the next line begins in the buffer */
    bool                      ended;
    struct buf                block; /* the sealed block that is read */
    struct window             windows[WINDOWS];
    size_t                    window; /* the window that is filled next */
};

enum etl_status plan_reader_open(const char *path, const struct sealed_file *sealed, const struct run_key *key,
                                 struct plan_reader **out, struct err *err)
{
    struct plan_reader *r;
    int                 fd = files_open(path, O_RDONLY);

    if (fd < 0)
        return err_set(err, ETL_FAIL, "plan-open", "cannot read %s: %s", path, strerror(errno));
    r = calloc(1, sizeof *r);
    if (r == NULL)
        memory_exhausted("the plan's reader", sizeof *r);
    r->fd = fd;
    r->path = strdup(path);
    r->sealed = sealed;
    r->tagger = sealed != NULL ? block_tagger_new(key) : NULL;
    buf_init(&r->buffer, LONGEST_LINE, "a line of plan.jsonl");
    buf_init(&r->block, LONGEST_LINE, "a block of plan.jsonl");
    for (size_t i = 0; i < WINDOWS; i++)
        buf_init(&r->windows[i].bytes, LONGEST_LINE, "a block of plan.jsonl");
    *out = r;
    return ETL_OK;
}

/* ---- bytes ---- */

/* The bytes of the file from `offset` on: to the end of its sealed block, else as many as there are room for in `out`. */
static enum etl_status read_from(struct plan_reader *r, uint64_t offset, struct buf *out, struct err *err)
{
    ssize_t got;

    if (r->sealed != NULL) {
        size_t block = sealed_file_block_at(r->sealed, offset);

        buf_reset(out);
        if (block == r->sealed->count)
            return ETL_OK;
        return sealed_file_read_block(r->sealed, r->fd, block, r->tagger, out, err);
    }
    buf_reset(out);
    if (!buf_reserve(out, SEALED_BLOCK_BYTES))
        return err_set(err, ETL_FAIL, "plan-line", "%s is too long", out->what);
    got = files_pread(r->fd, out->ptr, SEALED_BLOCK_BYTES, (off_t)offset);
    if (got < 0)
        return err_set(err, ETL_UNREAD, "plan-read", "cannot read %s: %s", r->path, strerror(errno));
    out->len = (size_t)got;
    return ETL_OK;
}

/* ---- line by line ---- */

/* Moves the unread rest to the front of the buffer and reads on. */
static enum etl_status fill(struct plan_reader *r, struct err *err)
{
    size_t          left = r->buffer.len - r->next;
    enum etl_status st;

    if (left != 0)
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): what is left stands in the buffer */
        memmove(r->buffer.ptr, r->buffer.ptr + r->next, left);
    r->at += r->next;
    r->next = 0;
    r->buffer.len = left;
    st = read_from(r, r->at + left, &r->block, err);
    if (st != ETL_OK)
        return st;
    r->ended = r->block.len == 0;
    buf_add(&r->buffer, buf_str(&r->block));
    if (buf_failed(&r->buffer))
        return err_set(err, ETL_FAIL, "plan-line", "%s is longer than %d MiB", r->buffer.what, LONGEST_LINE >> 20);
    return ETL_OK;
}

enum etl_status plan_reader_next(struct plan_reader *r, struct str *line, uint64_t *offset, struct err *err)
{
    size_t          searched = 0; /* bytes of this line that were searched and have no newline */
    enum etl_status st = r->buffer.ptr == NULL ? fill(r, err) : ETL_OK;

    while (st == ETL_OK) {
        char  *from = r->buffer.ptr + r->next + searched;
        size_t left = r->buffer.len - r->next - searched;
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): what is left stands in the buffer */
        char *end = left != 0 ? memchr(from, '\n', left) : NULL;

        if (end != NULL) {
            *line = str_of(r->buffer.ptr + r->next, (size_t)(end - r->buffer.ptr) - r->next);
            *offset = r->at + r->next;
            r->next += line->len + 1;
            return ETL_OK;
        }
        searched += left;
        if (r->ended)
            return searched == 0 ? ETL_END
                                 : err_set(err, ETL_FAIL, "plan-line", "the last line of %s is cut off", r->path);
        st = fill(r, err);
    }
    return st;
}

/* ---- by place ---- */

static bool holds(const struct window *w, uint64_t offset, size_t length)
{
    return w->bytes.len != 0 && w->at <= offset && offset + length <= w->at + w->bytes.len;
}

static enum etl_status window_at(struct plan_reader *r, uint64_t offset, struct window **out, struct err *err)
{
    struct window *w = &r->windows[r->window++ % WINDOWS];

    w->at = offset;
    if (r->sealed != NULL) {
        size_t block = sealed_file_block_at(r->sealed, offset);

        w->at = block < r->sealed->count ? r->sealed->blocks[block].offset : offset;
    }
    *out = w;
    return read_from(r, offset, &w->bytes, err);
}

/* A line that is longer than a window, in a file without a seal. */
static enum etl_status read_long(struct plan_reader *r, uint64_t offset, size_t length, char *to, struct err *err)
{
    for (size_t got = 0; got < length;) {
        ssize_t n = files_pread(r->fd, to + got, length - got, (off_t)(offset + got));

        if (n <= 0)
            return err_set(err, ETL_FAIL, "plan-read", "cannot read %s at byte %llu: %s", r->path,
                           (unsigned long long)offset, n == 0 ? "the file is shorter" : strerror(errno));
        got += (size_t)n;
    }
    return ETL_OK;
}

enum etl_status plan_reader_at(struct plan_reader *r, uint64_t offset, size_t length, struct arena *mem,
                               struct str *line, struct err *err)
{
    char           *bytes = arena_bytes(mem, length + 1);
    struct window  *w = NULL;
    enum etl_status st = ETL_OK;

    bytes[length] = '\0';
    *line = str_of(bytes, length);
    for (size_t i = 0; i < WINDOWS && w == NULL; i++)
        if (holds(&r->windows[i], offset, length))
            w = &r->windows[i];
    if (w == NULL)
        st = window_at(r, offset, &w, err);
    if (st != ETL_OK)
        return st;
    if (holds(w, offset, length))
        memcpy(bytes, w->bytes.ptr + (offset - w->at), length);
    else if (r->sealed == NULL)
        return read_long(r, offset, length, bytes, err);
    else /* no line of ours is split: the place is not one that was loaded from this plan */
        return err_set(err, ETL_FAIL, "plan-read", "%s has no line at byte %llu", r->path, (unsigned long long)offset);
    return ETL_OK;
}

void plan_reader_close(struct plan_reader *r)
{
    if (r == NULL)
        return;
    files_close(r->fd);
    free(r->path);
    block_tagger_free(r->tagger);
    buf_release(&r->buffer);
    buf_release(&r->block);
    for (size_t i = 0; i < WINDOWS; i++)
        buf_release(&r->windows[i].bytes);
    free(r);
}
