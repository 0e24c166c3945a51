/* etl/pull/build_tables.c - a normalized table from the answers of all reports that fill it. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "etl/pull/pull.h"
#include "etl/pull/table_file.h"

enum { PIECE = 256 << 10 };

enum etl_status pull_read_answer(const struct pull *p, const struct asked             *a,
                                 void (*bytes)(void *context, struct str bytes), void *context, struct err *err)
{
    char           *piece = malloc(PIECE), path[4096];
    struct sha256  *digest = sha256_new();
    uint64_t        at = 0;
    int             fd;
    enum etl_status st = ETL_OK;

    if (piece == NULL)
        memory_exhausted("an answer", PIECE);
    snprintf(path, sizeof path, "%s/%.*s", p->raw_folder, STR_ARG(a->file));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && at < a->bytes) {
        size_t  want = a->bytes - at < PIECE ? (size_t)(a->bytes - at) : PIECE;
        ssize_t got = pread(fd, piece, want, (off_t)(a->offset + at));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        sha256_add(digest, str_of(piece, (size_t)got));
        bytes(context, str_of(piece, (size_t)got));
        at += (uint64_t)got;
    }
    if (fd < 0 || at != a->bytes || !str_is(a->digest, sha256_end(digest).text))
        st = err_set(err, ETL_FAIL, "pull-folder", "%s is not what was kept there; remove %s and pull anew", path,
                     p->folder);
    if (fd >= 0)
        close(fd);
    sha256_free(digest);
    free(piece);
    return st;
}

struct building {
    struct pull           *pull;
    struct pulled_report  *report;
    struct table_file     *file;
    struct question        question;
    struct arena           mem, row_mem;
    struct answer_records *records;
    bool                   whole; /* the answer is complete or unproven: all its records are read */
    enum etl_status        status;
    struct err             err;
};

static enum etl_status add_record(void *context, const struct reply_record *record, struct err *err)
{
    struct building  *b = context;
    struct normal_row row;
    enum etl_status   st = normalizer_record(b->report->kind.normalizer, record, &b->question, &b->row_mem, &row, err);

    if (st == ETL_OK)
        st = table_file_add(b->file, &row, err);
    arena_reset(&b->row_mem);
    return st;
}

static void add_bytes(void *context, struct str bytes)
{
    struct building *b = context;

    if (b->status == ETL_OK)
        b->status = answer_records_feed(b->records, bytes, &b->err);
}

static enum etl_status add_answer(struct building *b, const struct asked *a, struct err *err)
{
    struct rows_sink sink = { add_record, b };
    struct rows_end  end;
    enum etl_status  st = question_load(b->report->kind.report, a, &b->mem, &b->question, err);

    if (st != ETL_OK || a->bytes == 0)
        return st;
    b->status = ETL_OK;
    b->records = answer_records_new(&b->report->kind, &sink);
    st = pull_read_answer(b->pull, a, add_bytes, b, err);
    /* What is incomplete has no end: its last, torn row is none. */
    if (st == ETL_OK && b->status == ETL_OK && a->state != QUESTION_INCOMPLETE)
        b->status = answer_records_end(b->records, &end, &b->err);
    answer_records_free(b->records);
    if (st == ETL_OK && b->status != ETL_OK && (b->status != ETL_REJECT || a->state != QUESTION_INCOMPLETE)) {
        *err = b->err; /* of what is incomplete anyway, the rows before the damage are kept */
        return b->status == ETL_REJECT ? ETL_FAIL : b->status;
    }
    return st;
}

static enum etl_status add_report(struct building *b, struct err *err)
{
    struct asked    a = { 0 };
    uint64_t        after = 0;
    enum etl_status st;

    for (;;) {
        arena_reset(&b->mem);
        st = request_journal_any(b->pull->questions, b->report->name, after, &b->mem, &a, err);
        if (st != ETL_OK)
            return st == ETL_END ? ETL_OK : st;
        after = a.number;
        /* "Nothing found" is words, not rows; how many there were was counted when it came. */
        if (a.state != QUESTION_OPEN && a.records != 0)
            st = add_answer(b, &a, err);
        if (st != ETL_OK)
            return st;
    }
}

static bool may_repeat_rows(const struct report *r)
{
    return r->each.table_count != 0 || r->ask.param.ptr != NULL || r->window.from.ptr != NULL ||
           r->pages.offset.ptr != NULL;
}

enum etl_status pull_build(struct pull *p, size_t table, struct err *err)
{
    struct pulled_table *t = &p->results[table];
    struct table_shape   shape = { .table = t->table, .fills = t->fills };
    struct building      b = { .pull = p };
    struct str          *extras;
    size_t               reports = 0;
    enum etl_status      st;

    arena_init(&b.mem, 256U << 20, "a question");
    arena_init(&b.row_mem, 256U << 20, "a row of a report");
    t->joined = false;
    for (size_t i = 0; i < p->provider->report_count; i++)
        if (p->reports[i].wanted && str_eq(p->reports[i].table, t->table->name)) {
            reports++;
            t->joined = t->joined || reports > 1 || may_repeat_rows(&p->provider->reports[i]);
        }
    st = request_journal_extras(p->questions, t->table->name, p->mem, &extras, &shape.extra_count, err);
    shape.extras = extras;
    if (st == ETL_OK)
        st = table_file_open(pull_table_path(p, t->table, p->mem), &shape, t->joined, &b.file, err);
    for (size_t i = 0; st == ETL_OK && i < p->provider->report_count; i++)
        if (p->reports[i].wanted && str_eq(p->reports[i].table, t->table->name)) {
            b.report = &p->reports[i];
            st = add_report(&b, err);
            b.report->odd = normalizer_odd(b.report->kind.normalizer, b.report->first_odd);
        }
    if (st == ETL_OK)
        st = table_file_end(b.file, &t->rows, err);
    table_file_free(b.file);
    arena_release(&b.mem);
    arena_release(&b.row_mem);
    return st;
}
