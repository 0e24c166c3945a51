/* etl/run/sealed_file.c - a file of the run folder under its seal: written and read in blocks that have a tag each. */
#include "etl/run/sealed_file.h"

#include <errno.h>

#include "etl/core/buf.h"
#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"

/* A block is as long as the lines of a plan make it: at most as much as planning renders in one piece. */
enum { BLOCK_MAX = 1 << 30, PATH_MEMORY = 1 << 16 };

size_t sealed_file_cut(struct str lines)
{
    const char *end;

    if (lines.len <= SEALED_BLOCK_BYTES)
        return lines.len;
    end = memrchr(lines.ptr, '\n', SEALED_BLOCK_BYTES);
    if (end == NULL)
        end = memchr(lines.ptr + SEALED_BLOCK_BYTES, '\n', lines.len - SEALED_BLOCK_BYTES);
    return end != NULL ? (size_t)(end - lines.ptr) + 1 : lines.len;
}

void sealed_file_add(struct sealed_file *f, struct arena *mem, uint64_t length,
                     const unsigned char tag[BLOCK_TAG_BYTES])
{
    struct sealed_block b = { .offset = f->bytes, .length = length };

    memcpy(b.tag, tag, sizeof b.tag);
    ARENA_PUSH(mem, f->blocks, f->count, f->cap) = b;
    f->bytes += length;
}

size_t sealed_file_block_at(const struct sealed_file *f, uint64_t offset)
{
    size_t low = 0, high = f->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (f->blocks[middle].offset + f->blocks[middle].length <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- reading ---- */

static enum etl_status changed(const struct sealed_file *f, const char *how, struct err *err)
{
    return err_set(
        err, ETL_FAIL, "seal",
        "%.*s %s since the plan was sealed; nothing is sent from it: bring it back from a copy, or plan anew",
        STR_ARG(f->name), how);
}

static enum etl_status read_block(const struct sealed_file *f, int fd, size_t block, struct block_tagger *tagger,
                                  struct buf *out, struct err *err)
{
    const struct sealed_block *b = &f->blocks[block];

    if (b->length > BLOCK_MAX || !buf_reserve(out, b->length))
        return err_set(err, ETL_FAIL, "seal", "a block of %.*s is too long", STR_ARG(f->name));
    while (out->len < b->length) {
        ssize_t got = files_pread(fd, out->ptr + out->len, b->length - out->len, (off_t)(b->offset + out->len));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ETL_UNREAD, "seal", "cannot read %.*s: %s", STR_ARG(f->name), strerror(errno));
        if (got == 0)
            return changed(f, "was cut off", err);
        out->len += (size_t)got;
    }
    if (!block_tag_holds(tagger, (struct block_place){ f->number, block }, buf_str(out), b->tag))
        return changed(f, "was changed", err);
    return ETL_OK;
}

enum etl_status sealed_file_read_block(const struct sealed_file *f, int fd, size_t block, struct block_tagger *tagger,
                                       struct buf *out, struct err *err)
{
    enum etl_status st;

    buf_reset(out);
    st = read_block(f, fd, block, tagger, out, err);
    if (st != ETL_OK)
        buf_reset(out); /* nobody may find bytes here that were not verified */
    return st;
}

static enum etl_status open_whole(const struct sealed_file *f, const char *folder, int *fd, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    struct stat                      st;

    const char *path;

    arena_init(&mem, PATH_MEMORY, "a path");
    path = arena_cstr(&mem, arena_fmt(&mem, "%s/%.*s", folder, STR_ARG(f->name)));
    if (files_stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* opening a pipe would wait for its other end */
        return changed(f, "is no file any more", err);
    *fd = files_open(path, O_RDONLY);
    if (*fd < 0)
        return errno == ENOENT ? changed(f, "was removed", err)
                               : err_set(err, ETL_FAIL, "seal", "cannot read %s/%.*s: %s", folder, STR_ARG(f->name),
                                         strerror(errno));
    if (files_stat_open(*fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == f->bytes)
        return ETL_OK;
    files_close(*fd);
    return changed(f, (uint64_t)st.st_size < f->bytes ? "was cut off" : "got longer", err);
}

/* Verifies all blocks; `whole` gets them, NULL: nobody asks. */
static enum etl_status walk(const struct sealed_file *f, const char *folder, const struct run_key *key,
                            struct buf *whole, struct err *err)
{
    AUTO(buf_release) struct buf block;
    struct block_tagger         *tagger;
    int                          fd = -1;
    enum etl_status              st = open_whole(f, folder, &fd, err);

    buf_init(&block, BLOCK_MAX, "a block of a sealed file");
    if (st != ETL_OK)
        return st;
    tagger = block_tagger_new(key);
    for (size_t i = 0; i < f->count && st == ETL_OK; i++) {
        st = sealed_file_read_block(f, fd, i, tagger, &block, err);
        if (st == ETL_OK && whole != NULL)
            buf_add(whole, buf_str(&block));
    }
    block_tagger_free(tagger);
    files_close(fd);
    return st;
}

enum etl_status sealed_file_verify(const struct sealed_file *f, const char *folder, const struct run_key *key,
                                   struct err *err)
{
    return walk(f, folder, key, NULL, err);
}

enum etl_status sealed_file_read(const struct sealed_file *f, const char *folder, const struct run_key *key, size_t max,
                                 struct arena *mem, struct str *out, struct err *err)
{
    AUTO(buf_release) struct buf whole;
    enum etl_status              st;

    buf_init(&whole, max, "a sealed file");
    st = walk(f, folder, key, &whole, err);
    if (st == ETL_OK && buf_failed(&whole))
        st = err_set(err, ETL_FAIL, "seal", "%.*s is larger than %zu bytes", STR_ARG(f->name), max);
    if (st == ETL_OK)
        *out = arena_str(mem, buf_str(&whole));
    return st;
}

/* ---- writing ---- */

enum etl_status sealed_file_write(struct sealed_file *f, const char *folder, const struct run_key *key, struct str text,
                                  struct arena *mem, struct err *err)
{
    AUTO(atomic_file_drop) struct atomic_file file = { 0 };
    struct block_tagger                      *tagger = block_tagger_new(key);
    enum etl_status                           st;

    st = atomic_file_begin(&file, arena_cstr(mem, arena_fmt(mem, "%s/%.*s", folder, STR_ARG(f->name))), err);
    while (st == ETL_OK && text.len != 0) {
        struct str    block = str_head(text, sealed_file_cut(text));
        unsigned char tag[BLOCK_TAG_BYTES];

        block_tag(tagger, (struct block_place){ f->number, f->count }, block, tag);
        sealed_file_add(f, mem, block.len, tag);
        st = atomic_file_write(&file, block, err);
        text = str_skip(text, block.len);
    }
    block_tagger_free(tagger);
    return st == ETL_OK ? atomic_file_commit(&file, err) : st;
}
