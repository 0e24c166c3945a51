/* etl/pull/answer_records.c - the records of an answer, piece by piece, also of answers that have none. */
#include "etl/pull/answer_records.h"

enum { LINE_MAX_BYTES = 1 << 20 };

struct answer_records {
    const struct answer_kind *kind;
    struct rows_sink          sink;
    struct rows              *rows; /* NULL: a line or the whole is one */
    struct buf                text;
    struct rows_end           end;
};

struct answer_records *answer_records_new(const struct answer_kind *k, const struct rows_sink *sink)
{
    struct answer_records *r = calloc(1, sizeof *r);

    if (r == NULL)
        memory_exhausted("an answer's records", sizeof *r);
    r->kind = k;
    r->sink = *sink;
    buf_init(&r->text, k->report->body == REPORT_WHOLE ? 16 * LINE_MAX_BYTES : LINE_MAX_BYTES, "a line of an answer");
    if (k->report->body == REPORT_RECORDS)
        r->rows = rows_new(k->report->command, k->wire, sink);
    return r;
}

static enum etl_status emit_text(struct answer_records *r, struct err *err)
{
    struct reply_field  field = { STR("body"), str_trim(buf_str(&r->text)) };
    struct reply_record record = { &field, 1 };
    enum etl_status     st = ETL_OK;

    if (buf_failed(&r->text))
        return err_set(err, ETL_REJECT, "answer-line", "a line is longer than %zu bytes", r->text.max);
    if (field.value.len != 0) {
        r->end.records++;
        st = r->sink.record(r->sink.context, &record, err);
    }
    buf_reset(&r->text);
    return st;
}

enum etl_status answer_records_feed(struct answer_records *r, struct str bytes, struct err *err)
{
    enum etl_status st = ETL_OK;

    if (r->rows != NULL)
        return rows_feed(r->rows, bytes, err);
    if (r->kind->report->body == REPORT_WHOLE) {
        buf_add(&r->text, bytes);
        return ETL_OK;
    }
    while (bytes.len != 0 && st == ETL_OK) {
        const char *newline = memchr(bytes.ptr, '\n', bytes.len);
        size_t      len = newline != NULL ? (size_t)(newline - bytes.ptr) : bytes.len;

        buf_add(&r->text, str_head(bytes, len));
        if (newline != NULL)
            st = emit_text(r, err);
        bytes = str_skip(bytes, newline != NULL ? len + 1 : len);
    }
    return st;
}

enum etl_status answer_records_end(struct answer_records *r, struct rows_end *out, struct err *err)
{
    enum etl_status st;

    if (r->rows != NULL)
        return rows_end(r->rows, out, err);
    st = emit_text(r, err);
    *out = r->end;
    return st;
}

void answer_records_free(struct answer_records *r)
{
    if (r == NULL)
        return;
    rows_free(r->rows);
    buf_wipe(&r->text);
    free(r);
}
