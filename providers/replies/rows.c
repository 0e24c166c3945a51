/* providers/replies/rows.c - the records of an answer as they come; and all of a whole answer, by the same parser. */
#include "providers/replies/rows.h"

#include "etl/core/limits.h"

struct rows {
    const struct command     *command;
    const struct reply_style *style;
    const void               *own;
    const struct row_parser  *how; /* NULL: read whole */
    void                     *parser;
    struct rows_sink          sink;
    struct rows_end           end;
    struct buf                whole;
};

static const struct reply_style *style_on(const struct command *command, const struct wire *wire)
{
    return command->reply->styles[wire != NULL ? wire->index : 0];
}

struct rows *rows_new(const struct command *command, const struct wire *wire, const struct rows_sink *sink)
{
    struct rows *r = calloc(1, sizeof *r);

    if (r == NULL)
        memory_exhausted("the rows of a reply", sizeof *r);
    r->command = command;
    r->sink = *sink;
    r->style = style_on(command, wire);
    r->own = command->reply->own != NULL ? command->reply->own[wire != NULL ? wire->index : 0] : NULL;
    r->how = r->style->rows;
    if (r->how != NULL)
        r->parser = r->how->begin(r);
    else
        buf_init(&r->whole, REPLY_WHOLE_BYTES_MAX, "a reply that is read whole");
    return r;
}

enum etl_status rows_feed(struct rows *r, struct str bytes, struct err *err)
{
    if (r->how != NULL)
        return r->how->feed(r->parser, bytes, err);
    buf_add(&r->whole, bytes);
    return buf_failed(&r->whole)
               ? err_set(err, ETL_REJECT, "reply-size", "the reply is longer than %d bytes", REPLY_WHOLE_BYTES_MAX)
               : ETL_OK;
}

static enum etl_status end_whole(struct rows *r, struct err *err)
{
    AUTO(arena_release) struct arena mem;
    const struct reply_record       *records = NULL;
    size_t                           count = 0;
    enum etl_status                  st;

    arena_init(&mem, 4UL * REPLY_WHOLE_BYTES_MAX, "the records of a reply");
    st = r->style->records(r->command, buf_str(&r->whole), &mem, &records, &count, err);
    for (size_t i = 0; i < count && st == ETL_OK; i++)
        st = rows_emit(r, records[i].fields, records[i].count, err);
    return st;
}

enum etl_status rows_end(struct rows *r, struct rows_end *out, struct err *err)
{
    enum etl_status st = r->how != NULL ? r->how->end(r->parser, &r->end.proven, err) : end_whole(r, err);

    *out = r->end;
    return st;
}

void rows_free(struct rows *r)
{
    if (r == NULL)
        return;
    if (r->how != NULL)
        r->how->release(r->parser);
    buf_wipe(&r->whole);
    free(r);
}

const struct command *rows_command(const struct rows *r)
{
    return r->command;
}

const void *rows_own(const struct rows *r)
{
    return r->own;
}

enum etl_status rows_emit(struct rows *r, const struct reply_field *fields, size_t count, struct err *err)
{
    const struct reply_record record = { fields, count };

    r->end.records++;
    return r->sink.record(r->sink.context, &record, err);
}

void rows_repaired(struct rows *r)
{
    r->end.repairs++;
}

/* ---- a whole answer ---- */

struct record_list {
    struct arena        *mem;
    struct reply_record *records;
    size_t               count, cap;
};

static enum etl_status collect(void *context, const struct reply_record *record, struct err *err)
{
    struct record_list *c = context;
    struct reply_field *fields = ARENA_ARRAY(c->mem, struct reply_field, record->count + 1);

    (void)err;
    for (size_t i = 0; i < record->count; i++)
        fields[i] = (struct reply_field){ arena_str(c->mem, record->fields[i].name),
                                          arena_str(c->mem, record->fields[i].value) };
    ARENA_PUSH(c->mem, c->records, c->count, c->cap) = (struct reply_record){ fields, record->count };
    return ETL_OK;
}

enum etl_status rows_all(const struct command *command, const struct wire *wire, struct str body,
                         struct arena *call_mem, const struct reply_record **out, size_t *count, struct err *err)
{
    struct record_list c = { .mem = call_mem };
    struct rows_sink   sink = { collect, &c };
    struct rows_end    end;
    struct rows       *r;
    enum etl_status    st;

    if (style_on(command, wire)->rows == NULL)
        return style_on(command, wire)->records(command, body, call_mem, out, count, err);
    r = rows_new(command, wire, &sink);
    st = rows_feed(r, body, err);
    if (st == ETL_OK)
        st = rows_end(r, &end, err);
    rows_free(r);
    if (st == ETL_OK) {
        *out = c.records;
        *count = c.count;
    }
    return st;
}
