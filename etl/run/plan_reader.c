/* etl/run/plan_reader.c - reads plan.jsonl: line by line, or one line again by its place. */
#include <errno.h>

#include "etl/core/system/files.h"

#include "etl/run/plan_reader.h"

enum { READ_BLOCK = 1 << 18, LONGEST_LINE = 64 << 20, WINDOWS = 8, WINDOW_BYTES = 64 << 10 };

/* Lanes that are sent at the same time have their calls near each other in a few places of the file, one for each input: so a few windows
 * of it are kept. */
struct window {
    uint64_t at;
    size_t   len;
    char    *bytes;
};
struct plan_reader {
    int           fd;
    char         *path;
    uint64_t      at; /* of buffer[0] in the file */
    struct buf    buffer;
    size_t        next; /* where the next line begins in the buffer */
    bool          ended;
    struct window windows[WINDOWS];
    size_t        window; /* the window that is filled next */
};

enum etl_status plan_reader_open(const char *path, struct plan_reader **out, struct err *err)
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
    buf_init(&r->buffer, LONGEST_LINE, "a line of plan.jsonl");
    *out = r;
    return ETL_OK;
}

/* Moves the unread rest to the front of the buffer and reads on. */
static enum etl_status fill(struct plan_reader *r, struct err *err)
{
    size_t  left = r->buffer.len - r->next;
    ssize_t got;

    if (left != 0)
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): what is left stands in the buffer */
        memmove(r->buffer.ptr, r->buffer.ptr + r->next, left);
    r->at += r->next;
    r->next = 0;
    r->buffer.len = left;
    if (!buf_reserve(&r->buffer, READ_BLOCK))
        return err_set(err, ETL_FAIL, "plan-line", "%s is longer than %d MiB", r->buffer.what, LONGEST_LINE >> 20);
    got = files_read(r->fd, r->buffer.ptr + r->buffer.len, READ_BLOCK);
    if (got < 0)
        return err_set(err, ETL_UNREAD, "plan-read", "cannot read %s: %s", r->path, strerror(errno));
    if (got == 0)
        r->ended = true;
    r->buffer.len += (size_t)got;
    return ETL_OK;
}

enum etl_status plan_reader_next(struct plan_reader *r, struct str *line, uint64_t *offset, struct err *err)
{
    size_t searched = 0; /* bytes of this line that were searched and have no newline */

    if (r->buffer.ptr == NULL && fill(r, err) != ETL_OK)
        return ETL_UNREAD;
    for (;;) {
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
        enum etl_status st = fill(r, err);

        if (st != ETL_OK)
            return st;
    }
}

static enum etl_status read_at(struct plan_reader *r, uint64_t offset, size_t least, char *to, size_t size, size_t *got,
                               struct err *err)
{
    *got = 0;
    while (*got < least) {
        ssize_t n = files_pread(r->fd, to + *got, size - *got, (off_t)(offset + *got));

        if (n <= 0)
            return err_set(err, ETL_FAIL, "plan-read", "cannot read %s at byte %llu: %s", r->path,
                           (unsigned long long)offset, n == 0 ? "the file is shorter" : strerror(errno));
        *got += (size_t)n;
    }
    return ETL_OK;
}

static enum etl_status window_at(struct plan_reader *r, uint64_t offset, size_t length, struct window **out,
                                 struct err *err)
{
    struct window *w;

    for (size_t i = 0; i < WINDOWS; i++)
        if (r->windows[i].bytes != NULL && r->windows[i].at <= offset &&
            offset + length <= r->windows[i].at + r->windows[i].len) {
            *out = &r->windows[i];
            return ETL_OK;
        }
    w = &r->windows[r->window++ % WINDOWS];
    if (w->bytes == NULL && (w->bytes = malloc(WINDOW_BYTES)) == NULL)
        memory_exhausted("the plan's reader", WINDOW_BYTES);
    w->at = offset;
    *out = w;
    return read_at(r, offset, length, w->bytes, WINDOW_BYTES, &w->len, err);
}

enum etl_status plan_reader_at(struct plan_reader *r, uint64_t offset, size_t length, struct arena *mem,
                               struct str *line, struct err *err)
{
    char           *bytes = arena_bytes(mem, length + 1);
    struct window  *w;
    size_t          got;
    enum etl_status st;

    if (length > WINDOW_BYTES) {
        st = read_at(r, offset, length, bytes, length, &got, err);
    } else {
        st = window_at(r, offset, length, &w, err);
        if (st == ETL_OK)
            memcpy(bytes, w->bytes + (offset - w->at), length);
    }
    bytes[length] = '\0';
    *line = str_of(bytes, length);
    return st;
}

void plan_reader_close(struct plan_reader *r)
{
    if (r == NULL)
        return;
    files_close(r->fd);
    free(r->path);
    buf_release(&r->buffer);
    for (size_t i = 0; i < WINDOWS; i++)
        free(r->windows[i].bytes);
    free(r);
}
