/* etl/pull/stored_answer.c - one answer of a report, stored in the work folder as it streams by. */
#include "etl/pull/stored_answer.h"

#include <errno.h>

#include "etl/core/system/atomic_file.h"
#include "etl/core/system/files.h"
#include "etl/core/system/sha256.h"
#include "etl/pull/answer_records.h"
#include "etl/secrets/secret_mode.h"

enum { EXTRAS_MAX = 256 };

/* ---- the answer ---- */

struct stored_answer {
    const struct answer_kind *kind;
    struct exchange_stream    stream;
    struct redactor          *redactor;
    struct answer_records    *records;
    struct report_request     request;
    struct arena              row_mem;
    struct buf                piece, small; /* piece: the last bytes, redacted; small: a whole small answer */
    int                       fd;           /* of a larger one, else -1 */
    char                      path[4096];
    uint64_t                  bytes;
    struct sha256            *digest, *print;
    struct rows_end           end;
    enum etl_status           read, kept; /* could its records be read; could it be kept */
    struct err                read_err, kept_err;
    struct str                extras[EXTRAS_MAX]; /* those in the journal already */
    size_t                    extra_count;
    struct arena              extra_mem;
};

static void note_extra(struct stored_answer *a, struct str name)
{
    struct err err = { 0 };

    for (size_t i = 0; i < a->extra_count; i++)
        if (str_eq(a->extras[i], name))
            return;
    if (a->extra_count == EXTRAS_MAX) {
        a->read = err_set(&a->read_err, ETL_REJECT, "answer-extras",
                          "more than %d different fields that no column takes", EXTRAS_MAX);
        return;
    }
    a->extras[a->extra_count++] = arena_str(&a->extra_mem, name);
    if (request_journal_extra_add(a->kind->journal, a->kind->report->table, name, &err) != ETL_OK) {
        a->kept = ETL_AGAIN;
        a->kept_err = err;
    }
}

/* A second check after the redactor: a secret column must be empty or hold a fingerprint or a sealed value. */
static bool shows_secret(const struct stored_answer *a, const struct normal_row *row)
{
    const struct table *t = normalizer_table(a->kind->normalizer);

    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].secret && row->cells[i].len != 0 && !str_starts(row->cells[i], STR(FINGERPRINT_MARK)) &&
            !str_starts(row->cells[i], STR(SEALED_MARK)))
            return true;
    return false;
}

/* A CSV row must have exactly the documented columns. Anything else is a different document. */
static enum etl_status look_at_record(void *context, const struct reply_record *record, struct err *err)
{
    struct stored_answer *a = context;
    const struct report  *r = a->kind->report;
    struct normal_row     row;
    enum etl_status       st;

    if (r->body == REPORT_RECORDS && answer_kind_form(a->kind) == REDACT_CSV && record->count != r->column_count)
        return err_set(err, ETL_REJECT, "report-columns", "row %llu has %zu columns, the document says %zu",
                       (unsigned long long)a->end.records + 1, record->count, r->column_count);
    st = normalizer_record(a->kind->normalizer, record, &a->request, &a->row_mem, &row, err);
    if (st == ETL_OK && shows_secret(a, &row)) {
        a->kept = err_set(&a->kept_err, ETL_FAIL, "secret-shown",
                          "report %.*s: a secret was not taken out, so nothing of it is kept; this is an error of ours",
                          STR_ARG(r->name));
        st = err_set(err, ETL_REJECT, "secret-shown", "a secret was not taken out");
    }
    for (size_t i = 0; st == ETL_OK && i < row.extra_count; i++)
        note_extra(a, row.extras[i].name);
    a->end.records++;
    arena_reset(&a->row_mem);
    return st;
}

static void drop_file(struct stored_answer *a)
{
    if (a->fd >= 0) {
        files_close(a->fd);
        files_remove(a->path);
    }
    a->fd = -1;
}

static void stream_begin(void *context)
{
    struct stored_answer *a = context;
    struct rows_sink      sink = { look_at_record, a };

    drop_file(a);
    redactor_free(a->redactor);
    answer_records_free(a->records);
    a->redactor = answer_kind_redactor(a->kind, &a->kind->how);
    a->records = answer_records_new(a->kind, &sink);
    buf_reset(&a->small);
    a->bytes = 0;
    a->end = (struct rows_end){ 0 };
    a->read = a->kept = ETL_OK;
    sha256_end(a->digest);
    sha256_end(a->print);
}

static enum etl_status spill(struct stored_answer *a, struct err *err)
{
    snprintf(a->path, sizeof a->path, "%s/.%.*s.XXXXXX", a->kind->folder->raw, STR_ARG(a->kind->report->name));
    a->fd = files_temporary(a->path);
    if (a->fd < 0)
        return files_fault(err, "write", a->path);
    return fd_write_all(a->fd, buf_str(&a->small), a->path, err);
}

static void keep(struct stored_answer *a, struct str bytes)
{
    if (a->kept != ETL_OK)
        return;
    sha256_add(a->digest, bytes);
    a->bytes += bytes.len;
    if (a->fd < 0 && a->small.len + bytes.len <= ANSWER_SMALL)
        buf_add(&a->small, bytes);
    else if (a->fd >= 0 || (a->kept = spill(a, &a->kept_err)) == ETL_OK)
        a->kept = fd_write_all(a->fd, bytes, a->path, &a->kept_err);
    if (a->read == ETL_OK)
        a->read = answer_records_feed(a->records, bytes, &a->read_err);
}

static bool stream_bytes(void *context, struct str bytes)
{
    enum { PIECE = 64 << 10 };
    struct stored_answer *a = context;

    sha256_add(a->print, bytes);
    while (bytes.len != 0 && a->kept == ETL_OK) {
        buf_reset(&a->piece);
        redactor_add(a->redactor, str_head(bytes, PIECE), &a->piece);
        keep(a, buf_str(&a->piece));
        bytes = str_skip(bytes, bytes.len < PIECE ? bytes.len : PIECE);
    }
    return a->kept == ETL_OK;
}

static enum etl_status stream_end(void *context, size_t *records, struct err *err)
{
    struct stored_answer *a = context;
    struct rows_end       end = { 0 };

    buf_reset(&a->piece);
    redactor_end(a->redactor, &a->piece);
    keep(a, buf_str(&a->piece));
    if (a->read == ETL_OK)
        a->read = answer_records_end(a->records, &end, &a->read_err);
    a->end.proven = end.proven;
    a->end.repairs = end.repairs;
    *records = a->end.records;
    if (a->read != ETL_OK)
        *err = a->read_err;
    return a->read;
}

struct stored_answer *stored_answer_new(const struct answer_kind *k)
{
    struct stored_answer *a = calloc(1, sizeof *a);

    if (a == NULL)
        memory_exhausted("an answer", sizeof *a);
    a->kind = k;
    a->fd = -1;
    a->stream = (struct exchange_stream){ stream_begin, stream_bytes, stream_end, a };
    a->digest = sha256_new();
    a->print = sha256_new();
    arena_init(&a->row_mem, 256U << 20, "a row of a report");
    arena_init(&a->extra_mem, 1U << 20, "names of a report's fields");
    buf_init(&a->piece, 64U << 20, "a piece of an answer");
    buf_init(&a->small, ANSWER_SMALL + (1U << 20), "a small answer");
    return a;
}

void stored_answer_free(struct stored_answer *a)
{
    if (a == NULL)
        return;
    drop_file(a);
    redactor_free(a->redactor);
    answer_records_free(a->records);
    sha256_free(a->digest);
    sha256_free(a->print);
    arena_release(&a->row_mem);
    arena_release(&a->extra_mem);
    buf_wipe(&a->piece);
    buf_wipe(&a->small);
    free(a);
}

const struct exchange_stream *stored_answer_stream(struct stored_answer *a)
{
    return &a->stream;
}

void stored_answer_begin(struct stored_answer *a, const struct report_request *request)
{
    a->request = *request;
}

bool stored_answer_proven(const struct stored_answer *a)
{
    return a->end.proven;
}

enum etl_status stored_answer_fault(const struct stored_answer *a, struct err *err)
{
    if (a->kept != ETL_OK)
        *err = a->kept_err;
    return a->kept;
}

/* Small answers are appended to one file. The entry records where each begins, so a half-written one of a killed pull is skipped. */
static enum etl_status append_frame(struct stored_answer *a, struct journal_entry *out, struct err *err)
{
    char            path[4096];
    struct stat     st;
    enum etl_status status;
    int             fd;

    snprintf(path, sizeof path, "%s/%.*s.frames", a->kind->folder->raw, STR_ARG(a->kind->report->name));
    fd = files_open(path, O_WRONLY | O_CREAT | O_APPEND);
    if (fd < 0 || files_stat_open(fd, &st) != 0) {
        if (fd >= 0)
            files_close(fd);
        return err_set(err, ETL_FAIL, "pull-folder", "cannot write %s: %s", path, strerror(errno));
    }
    out->offset = (uint64_t)st.st_size;
    status = fd_write_all(fd, buf_str(&a->small), path, err);
    if (files_close(fd) != 0 && status == ETL_OK)
        status = err_set(err, ETL_AGAIN, "disk-full", "cannot write %s: %s", path, strerror(errno));
    return status;
}

static enum etl_status name_file(struct stored_answer *a, struct journal_entry *out, struct err *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%.*s", a->kind->folder->raw, STR_ARG(out->file));
    if (files_sync(a->fd) != 0 || files_rename(a->path, path) != 0)
        return files_fault(err, "write", path);
    files_close(a->fd);
    a->fd = -1;
    return ETL_OK;
}

enum etl_status stored_answer_settle(struct stored_answer *a, struct journal_entry *out, struct err *err)
{
    struct hex256 digest = sha256_end(a->digest), print = sha256_end(a->print);
    struct arena *mem =
        &a->row_mem; /* reset by the next answer: the caller writes the texts into the journal at once */

    out->records = a->end.records;
    out->repairs = a->end.repairs;
    out->bytes = a->bytes;
    out->offset = 0;
    out->digest = arena_str(mem, str_from(digest.text));
    out->print = arena_str(mem, str_from(print.text));
    out->file = a->fd >= 0
                    ? arena_fmt(mem, "%.*s.%llu", STR_ARG(a->kind->report->name), (unsigned long long)out->number)
                    : arena_fmt(mem, "%.*s.frames", STR_ARG(a->kind->report->name));
    return a->fd >= 0 ? name_file(a, out, err) : append_frame(a, out, err);
}

/* ---- reading it back ---- */

enum { PIECE = 256 << 10 };

enum etl_status stored_answer_read(const struct pull_folder *folder, const struct journal_entry *e,
                                   void (*bytes)(void *context, struct str bytes), void *context, struct err *err)
{
    char           *piece = malloc(PIECE), path[4096];
    struct sha256  *digest = sha256_new();
    uint64_t        at = 0;
    int             fd;
    enum etl_status st = ETL_OK;

    if (piece == NULL)
        memory_exhausted("an answer", PIECE);
    snprintf(path, sizeof path, "%s/%.*s", folder->raw, STR_ARG(e->file));
    fd = files_open(path, O_RDONLY);
    while (fd >= 0 && at < e->bytes) {
        size_t  want = e->bytes - at < PIECE ? (size_t)(e->bytes - at) : PIECE;
        ssize_t got = files_pread(fd, piece, want, (off_t)(e->offset + at));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        sha256_add(digest, str_of(piece, (size_t)got));
        bytes(context, str_of(piece, (size_t)got));
        at += (uint64_t)got;
    }
    if (fd < 0 || at != e->bytes || !str_is(e->digest, sha256_end(digest).text))
        st = err_set(err, ETL_FAIL, "pull-folder", "%s is not what was kept there; remove %s and pull anew", path,
                     folder->path);
    if (fd >= 0)
        files_close(fd);
    sha256_free(digest);
    free(piece);
    return st;
}
