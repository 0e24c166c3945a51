/* formats/json/json_block.h - the records of a block of JSON: found, parsed and counted, on any thread.
 *
 * Lifetime  as record_reader.h says; what all blocks share outlives them. Private to formats. */
#ifndef FORMATS_JSON_JSON_BLOCK_H
#define FORMATS_JSON_JSON_BLOCK_H

#include "formats/json/json_carry.h"
#include "formats/json/json_parser.h"
#include "formats/record_reader.h"

struct json_layout { /* what all blocks of an input share */
    struct json_paths *paths;
    bool               is_lines;
    size_t             max_record;
};
struct json_span { /* a record's place in its block */
    size_t begin, len;
    bool   is_long; /* a line longer than max_record */
};
struct json_block {
    struct record_block       base;
    const struct json_layout *layout;
    void                     *owner; /* the reader, whose list of free blocks it goes back to */
    struct json_block        *next_free;
    char                     *bytes;
    size_t                    len, cap;
    uint64_t                  offset, line; /* of the first byte */
    struct json_span         *spans;        /* of a list; lines are found while they are read */
    size_t                    span_count, span_cap;
    bool                      is_too_long; /* no bytes: here was a record longer than max_record */
    /* while its records are read */
    struct json_parser *parser;
    size_t              at, next_span;
    uint64_t            at_line, number, empty_lines;
    struct arena        mem;
};
struct json_block *json_block_new(const struct record_style *style, const struct json_layout *layout, void *owner);
void               json_block_free(struct json_block *b);
void               json_block_reset(struct json_block *b); /* empty again */
/* Takes the carry's first `len` bytes, which are whole records. */
void json_block_fill(struct json_block *b, struct json_carry *c, size_t len);
/* Instead: here was a record longer than max_record. */
void json_block_fill_too_long(struct json_block *b, uint64_t line, uint64_t offset);
void json_block_add_span(struct json_block *b, size_t begin, size_t len);
/* Rows of the reader's record_style. */
enum etl_status json_block_next(struct record_block *block, struct record *out, bool *is_damaged, struct err *err);
uint64_t        json_block_empty_lines(const struct record_block *block);

static inline size_t json_line_length(const char *begin, size_t len) /* without the CR of a CRLF */
{
    return len - (len != 0 && begin[len - 1] == '\r');
}

#endif
