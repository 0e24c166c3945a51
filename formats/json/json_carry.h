/* formats/json/json_carry.h - the bytes of a JSON input that were read and not yet given out, with their places.
 *
 * Threads  one at a time. Private to formats. */
#ifndef FORMATS_JSON_JSON_CARRY_H
#define FORMATS_JSON_JSON_CARRY_H

#include "etl/core/buf.h"
#include "formats/source.h"

enum { JSON_BLOCK_BYTES = 256 << 10 };
struct json_carry {
    struct source *source;
    struct buf     bytes;
    uint64_t       offset, line, line_offset; /* of the first byte; and of its line's */
    bool           source_ended;
    size_t         at;    /* examined up to here */
    size_t         value; /* where the value that is being examined begins */
};
void json_carry_init(struct json_carry *c, struct source *source, size_t max_bytes);
void json_carry_release(struct json_carry *c);
/* Reads about `wanted` bytes more. The input's end is no error: source_ended says so. */
enum etl_status json_carry_more(struct json_carry *c, size_t wanted, struct err *err);
/* Drops the first bytes: they were given out, or are not wanted. */
void json_carry_drop(struct json_carry *c, size_t len);
/* Sets the err's line and column to those of a byte of the carry, and returns ETL_UNREAD. */
enum etl_status json_carry_place(const struct json_carry *c, size_t at, struct err *err);
/* The same with rule json-syntax and "no JSON: what". */
enum etl_status json_carry_broken(const struct json_carry *c, size_t at, struct err *err, const char *what);
void            json_carry_skip_blanks(struct json_carry *c); /* moves `at` */

static inline bool json_is_blank(char c) /* RFC 8259 2 */
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#endif
