/* formats/json/json_block.c - the records of a block of JSON. */
#include "formats/json/json_block.h"

#include "formats/newlines.h"

enum { BLOCK_MEMORY = 1 << 30 };

struct json_block *json_block_new(const struct record_style *style, const struct json_layout *layout, void *owner)
{
    struct json_block *b = calloc(1, sizeof *b);

    if (b == NULL)
        memory_exhausted("a block of JSON", sizeof *b);
    b->base.style = style;
    b->layout = layout;
    b->owner = owner;
    b->parser = json_parser_new(layout->paths);
    arena_init(&b->mem, BLOCK_MEMORY, "the records of a block of JSON");
    return b;
}

void json_block_free(struct json_block *b)
{
    json_parser_free(b->parser);
    arena_release(&b->mem);
    free(b->spans);
    free(b->bytes);
    free(b);
}

void json_block_reset(struct json_block *b)
{
    arena_reset(&b->mem);
    b->span_count = b->next_span = b->at = b->len = 0;
    b->number = b->empty_lines = 0;
    b->is_too_long = false;
}

/* ---- filling ---- */

void json_block_fill(struct json_block *b, struct json_carry *c, size_t len)
{
    if (b->cap < len) {
        free(b->bytes);
        b->cap = len;
        b->bytes = malloc(b->cap);
        if (b->bytes == NULL)
            memory_exhausted("a block of JSON", b->cap);
    }
    if (len != 0)
        memcpy(b->bytes, c->bytes.ptr, len);
    b->len = len;
    b->offset = c->offset;
    b->line = b->at_line = c->line;
    json_carry_drop(c, len);
}

void json_block_fill_too_long(struct json_block *b, uint64_t line, uint64_t offset)
{
    b->len = 0;
    b->is_too_long = true;
    b->line = b->at_line = line;
    b->offset = offset;
}

void json_block_add_span(struct json_block *b, size_t begin, size_t len)
{
    if (b->span_count == b->span_cap) {
        b->span_cap = b->span_cap != 0 ? 2 * b->span_cap : 1024;
        b->spans = realloc(b->spans, b->span_cap * sizeof *b->spans);
        if (b->spans == NULL)
            memory_exhausted("the places of a block of JSON", b->span_cap * sizeof *b->spans);
    }
    b->spans[b->span_count++] = (struct json_span){ begin, len, false };
}

/* ---- its records ---- */

static bool next_line(struct json_block *b, struct json_span *out)
{
    while (b->at < b->len) {
        const char *begin = b->bytes + b->at, *end = memchr(begin, '\n', b->len - b->at);
        struct str  line = str_of(begin, end != NULL ? (size_t)(end - begin) : b->len - b->at);

        if (json_line_length(begin, line.len) > b->layout->max_record) {
            *out = (struct json_span){ b->at, line.len, true };
            return true;
        }
        while (line.len != 0 && json_is_blank(line.ptr[0]))
            line = str_skip(line, 1);
        while (line.len != 0 && json_is_blank(line.ptr[line.len - 1]))
            line.len--;
        if (line.len != 0) {
            *out = (struct json_span){ (size_t)(line.ptr - b->bytes), line.len, false };
            return true;
        }
        b->at += (size_t)((end != NULL ? end + 1 : b->bytes + b->len) - begin);
        b->at_line++;
        b->empty_lines++;
    }
    return false;
}

static bool next_span(struct json_block *b, struct json_span *out)
{
    if (b->layout->is_lines)
        return next_line(b, out);
    if (b->next_span == b->span_count)
        return false;
    *out = b->spans[b->next_span++];
    b->at_line += newlines_count(b->bytes + b->at, out->begin - b->at, '\n');
    b->at = out->begin;
    return true;
}

/* Goes past the record, to where the search for the next one begins. */
static void pass(struct json_block *b, const struct json_span *span)
{
    size_t end = span->begin + span->len;

    if (b->layout->is_lines) {
        const char *newline = memchr(b->bytes + end, '\n', b->len - end);

        end = newline != NULL ? (size_t)(newline + 1 - b->bytes) : b->len;
    }
    b->at_line += newlines_count(b->bytes + b->at, end - b->at, '\n');
    b->at = end;
}

static enum etl_status too_long(struct record *out, bool *is_damaged, struct err *err, size_t max)
{
    *is_damaged = true;
    out->raw = STR("");
    out->length = 0;
    err->line = out->line;
    return err_set(err, ETL_REJECT, "damaged-long", "the record is longer than %zu bytes (max_record) and was skipped",
                   max);
}

enum etl_status json_block_next(struct record_block *block, struct record *out, bool *is_damaged, struct err *err)
{
    struct json_block *b = (struct json_block *)(void *)block;
    size_t             max = b->layout->max_record;
    struct json_span   span;
    enum etl_status    st;

    *is_damaged = false;
    if (b->is_too_long) {
        b->is_too_long = false;
        *out = (struct record){ .line = b->line, .offset = b->offset, .number = ++b->number };
        return too_long(out, is_damaged, err, max);
    }
    if (!next_span(b, &span))
        return ETL_END;
    *out = (struct record){ .raw = str_of(b->bytes + span.begin, span.len),
                            .line = b->at_line,
                            .offset = b->offset + span.begin,
                            .length = span.len,
                            .number = ++b->number };
    pass(b, &span);
    if (span.is_long)
        return too_long(out, is_damaged, err, max);
    st = json_parser_record(b->parser, out->raw, &b->mem, out, is_damaged, err);
    if (st != ETL_OK)
        err->line = out->line;
    return st;
}

uint64_t json_block_empty_lines(const struct record_block *block)
{
    return ((const struct json_block *)(const void *)block)->empty_lines;
}
