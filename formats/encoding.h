/* formats/encoding.h - the character sets that extracts come in, to UTF-8 and back.
 *
 * Source  windows-1252 as the WHATWG encoding standard has it; bytes that it leaves undefined are damage. */
#ifndef FORMATS_ENCODING_H
#define FORMATS_ENCODING_H

#include "etl/core/buf.h"
#include "etl/core/err.h"

enum encoding {
    ENCODING_AUTO,
    ENCODING_UTF8,
    ENCODING_WINDOWS_1252,
    ENCODING_LATIN1,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE
};
enum etl_status    encoding_from_name(struct str name, enum encoding *out, struct err *err); /* "did you mean" */
static inline bool encoding_is_wide(enum encoding e)                                         /* UTF-16 */
{
    return e == ENCODING_UTF16LE || e == ENCODING_UTF16BE;
}
/* One-byte sets. false: a byte is not a character there. */
bool encoding_to_utf8(enum encoding encoding, struct str bytes, struct buf *out);
/* UTF-16. Returns how many bytes were used: half a unit or half a pair is left for the next call. A lone surrogate becomes the byte 0xff,
 * which is not UTF-8, so its record is found to be damaged. */
size_t encoding_wide_to_utf8(enum encoding encoding, struct str bytes, struct buf *out);
/* How many bytes of UTF-16 these bytes of UTF-8 were made from (0xff: one damaged unit). */
uint64_t encoding_wide_bytes(const char *utf8, size_t len);
/* How many bytes of the input the reader made these from: only UTF-16 is transcoded when it is read. */
static inline uint64_t encoding_input_bytes(enum encoding e, const char *p, size_t len)
{
    return encoding_is_wide(e) ? encoding_wide_bytes(p, len) : len;
}
/* UTF-8 into the encoding. A character that it does not have becomes '?'. */
void encoding_add(struct buf *out, enum encoding encoding, struct str utf8);

#endif
