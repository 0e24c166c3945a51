/* etl/core/utf8.h - UTF-8, strictly (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef ETL_CORE_UTF8_H
#define ETL_CORE_UTF8_H

#include "etl/core/buf.h"

/* The offset of the first byte that is wrong, or s.len when all is well. Fast on ASCII. */
size_t             utf8_valid_prefix(struct str s);
static inline bool utf8_valid(struct str s)
{
    return utf8_valid_prefix(s) == s.len;
}
bool   utf8_is_ascii(struct str s);
size_t utf8_count(struct str s);            /* code points; s is valid */
size_t utf8_offset(struct str s, size_t n); /* byte offset of the n-th code point, or len */
/* Decodes the next code point and moves *s past it; U+FFFD for a wrong byte. */
uint32_t utf8_next(struct str *s);
void     utf8_add(struct buf *out, uint32_t code_point); /* U+FFFD for what is none: a surrogate, past U+10FFFF */

/* A text from outside as a terminal may show it: what would move the cursor or turn the direction of writing (C0, DEL, C1, bidirectional marks)
 * stands as \u001b. */
void utf8_add_safe(struct buf *out, struct str text);

#endif
