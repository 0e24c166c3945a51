/* etl/extract/file_source.c - a file as a source of records. */
#include "etl/extract/file_source.h"

#include "etl/extract/rejects.h"
#include "etl/mapping/input_format.h"
#include "etl/mapping/unseen_paths.h"
#include "formats/source.h"

enum { READ_BYTES = 1 << 16 };

struct file_source {
    struct record_source  records; /* first, so that the one is the other */
    const struct mapping *mapping;
    size_t                input;
    struct mapping_input *as_written; /* the input, with the column of reasons where the file has one */
    struct source        *bytes;
    struct record_reader *reader;
    struct sha256        *digest;
    uint64_t              byte_count;
    struct arena         *mem;
};

/* ---- as a source of records ---- */

static struct file_source *file_of(struct record_source *s)
{
    return (struct file_source *)s;
}

static const char *file_name(const struct record_source *s)
{
    return source_name(((const struct file_source *)s)->bytes);
}

static enum etl_status next_block(struct record_source *s, struct record_block **out, struct err *err)
{
    return record_reader_block(file_of(s)->reader, out, err);
}

static enum etl_status next_record(struct record_source *s, struct record_block *b, struct source_record *out,
                                   struct err *err)
{
    (void)s;
    out->change = RECORD_ADDED; /* an extract alone says nothing of what was before */
    out->old = NULL;
    return record_block_next(b, &out->record, &out->is_damaged, err);
}

static enum etl_status read_again(struct record_source *s, uint64_t offset, uint64_t length, struct arena *mem,
                                  struct record *out, struct err *err)
{
    struct file_source *f = file_of(s);
    char               *raw = arena_bytes(mem, (size_t)length + 1);
    enum etl_status     st = source_at(f->bytes, offset, raw, length, err);

    return st == ETL_OK ? record_again(f->reader, str_of(raw, length), mem, out, err) : st;
}

static enum etl_status rewind_file(struct record_source *s, struct err *err)
{
    struct file_source *f = file_of(s);
    enum etl_status     st;

    record_reader_close(f->reader);
    f->reader = NULL;
    sha256_end(f->digest);
    f->byte_count = 0;
    st = source_rewind(f->bytes, err);
    return st == ETL_OK ? file_source_start(f, err) : st;
}

static void close_file(struct record_source *s)
{
    struct file_source *f = file_of(s);

    record_reader_close(f->reader);
    source_close(f->bytes);
    sha256_free(f->digest);
}

static const struct record_source_style file_style = {
    .name = file_name,
    .block = next_block,
    .next = next_record,
    .again = read_again,
    .rewind = rewind_file,
    .close = close_file,
};

/* ---- opening ---- */

static void see_bytes(void *context, struct str bytes)
{
    struct file_source *f = context;

    sha256_add(f->digest, bytes);
    f->byte_count += bytes.len;
}

enum etl_status file_source_open(const struct mapping *m, size_t input, const struct file_source_options *options,
                                 struct arena *mem, struct file_source **out, struct err *err)
{
    struct file_source   *f = ARENA_NEW(mem, struct file_source);
    struct unpacked_watch watch = { see_bytes, f };
    enum etl_status       st;

    *f = (struct file_source){ .records = { &file_style }, .mapping = m, .input = input, .mem = mem };
    f->as_written = ARENA_NEW(mem, struct mapping_input);
    *f->as_written = m->inputs[input];
    if (options->has_reasons)
        rejects_expect_reasons(&f->as_written->csv, mem);
    f->digest = sha256_new();
    *out = f;
    st = source_open_with(options->path, &watch, options->keys, &f->bytes, err);
    if (st != ETL_OK) {
        if (err != NULL)
            err->file = options->path;
        return st == ETL_FAIL ? ETL_UNREAD : st;
    }
    if (options->keeps_rows)
        st = source_keep(f->bytes, err);
    if (st != ETL_OK && err != NULL)
        err->file = arena_cstr(mem, str_from(source_name(f->bytes)));
    return st;
}

enum etl_status file_source_read_through(struct file_source *f, struct hex256 *digest, struct err *err)
{
    char           *bytes = arena_bytes(f->mem, READ_BYTES);
    size_t          got;
    enum etl_status st = ETL_OK;

    while (st == ETL_OK)
        st = source_read(f->bytes, bytes, READ_BYTES, &got, err);
    *digest = sha256_end(f->digest);
    return st == ETL_END ? source_rewind(f->bytes, err) : st;
}

enum etl_status file_source_start(struct file_source *f, struct err *err)
{
    return f->as_written->format->open(f->as_written, f->bytes, &f->reader, err);
}

/* ---- asking ---- */

struct record_source *file_source_records(struct file_source *f)
{
    return f != NULL ? &f->records : NULL;
}

const struct str *file_source_columns(const struct file_source *f, size_t *count)
{
    return f->as_written->format->columns(f->as_written, f->reader, count);
}

const struct csv_form *file_source_form(const struct file_source *f)
{
    return f->as_written->format->columns_are_paths ? NULL : csv_reader_form(f->reader);
}

uint64_t file_source_modified(const struct file_source *f)
{
    return source_modified(f->bytes);
}

uint64_t file_source_bytes(const struct file_source *f)
{
    return f->byte_count;
}

struct hex256 file_source_digest(struct file_source *f)
{
    return sha256_end(f->digest);
}

void file_source_warn_unseen(const struct file_source *f, struct findings *faults)
{
    mapping_warn_unseen(f->mapping, f->input, f->reader, faults);
}
