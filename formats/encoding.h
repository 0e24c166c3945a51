/* formats/encoding.h - character sets to UTF-8; the way back is encoding_add() in csv_writer.h.
 *
 * Source  windows-1252 as the WHATWG encoding standard has it; bytes it leaves undefined are damage. */
#ifndef FORMATS_ENCODING_H
#define FORMATS_ENCODING_H

#include "etl/core/buf.h"
#include "formats/csv_reader.h"

bool encoding_is_wide(enum encoding e); /* UTF-16 */
/* One-byte sets. false: a byte that is no character there. */
bool encoding_to_utf8(enum encoding encoding, struct str bytes, struct buf *out);
/* UTF-16; returns how many bytes were used (half a unit or pair is left for the next call). A lone surrogate becomes a
 * byte that is no UTF-8, so that its record is told as damaged. */
size_t encoding_wide_to_utf8(enum encoding encoding, struct str bytes, struct buf *out);

#endif
