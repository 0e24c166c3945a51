/* etl/core/notation/json_string.h - a string of JSON (RFC 8259 section 7): a text with its quotes and escapes, and back.
 *
 * Bytes that are no UTF-8 are written as U+FFFD, and so is half a surrogate pair that is read: what comes out is always UTF-8. */
#ifndef ETL_CORE_NOTATION_JSON_STRING_H
#define ETL_CORE_NOTATION_JSON_STRING_H

#include "etl/core/buf.h"

void json_string_add(struct buf *out, struct str text); /* with its quotes */
/* The text between the quotes. An escape that JSON does not know stands for its second character. */
void                     json_string_decode(struct buf *out, struct str between);
static inline struct str json_string_between(struct str quoted) /* without its two quotes */
{
    return str_of(quoted.ptr + 1, quoted.len - 2);
}

#endif
