/* formats/json/json_carry.c - the bytes of a JSON input that were read and not yet given out, with their places. */
#include "formats/json/json_carry.h"

#include "formats/newlines.h"

void json_carry_init(struct json_carry *c, struct source *source, size_t max_bytes)
{
    *c = (struct json_carry){ .source = source, .line = 1 };
    buf_init(&c->bytes, max_bytes, "a JSON record");
}

void json_carry_release(struct json_carry *c)
{
    buf_release(&c->bytes);
}

enum etl_status json_carry_more(struct json_carry *c, size_t wanted, struct err *err)
{
    size_t          got;
    enum etl_status st;

    if (!buf_reserve(&c->bytes, wanted))
        return err_set(err, ETL_UNREAD, "record-long", "%s is full", c->bytes.what);
    st = source_read(c->source, c->bytes.ptr + c->bytes.len, wanted, &got, err);
    if (st == ETL_OK)
        c->bytes.len += got;
    c->source_ended = st == ETL_END;
    return st == ETL_END ? ETL_OK : st;
}

void json_carry_drop(struct json_carry *c, size_t len)
{
    const char *last = len != 0 ? memrchr(c->bytes.ptr, '\n', len) : NULL;

    c->line += newlines_count(c->bytes.ptr, len, '\n');
    if (last != NULL)
        c->line_offset = c->offset + (uint64_t)(last + 1 - c->bytes.ptr);
    c->offset += len;
    c->bytes.len -= len;
    memmove(c->bytes.ptr, c->bytes.ptr + len, c->bytes.len);
    c->at -= len < c->at ? len : c->at;
    c->value -= len < c->value ? len : c->value;
}

enum etl_status json_carry_place(const struct json_carry *c, size_t at, struct err *err)
{
    const char *last = at != 0 ? memrchr(c->bytes.ptr, '\n', at) : NULL;

    err->line = c->line + newlines_count(c->bytes.ptr, at, '\n');
    err->column = (uint32_t)(last != NULL ? (uint64_t)(c->bytes.ptr + at - last) : c->offset + at - c->line_offset + 1);
    return ETL_UNREAD;
}

enum etl_status json_carry_broken(const struct json_carry *c, size_t at, struct err *err, const char *what)
{
    err_set(err, ETL_UNREAD, "json-syntax", "no JSON: %s", what);
    return json_carry_place(c, at, err);
}

void json_carry_skip_blanks(struct json_carry *c)
{
    while (c->at < c->bytes.len && json_is_blank(c->bytes.ptr[c->at]))
        c->at++;
}
