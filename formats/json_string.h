/* formats/json_string.h - a JSON string's text: its escapes decoded. */
#ifndef FORMATS_JSON_STRING_H
#define FORMATS_JSON_STRING_H

#include "etl/core/buf.h"

/* `quoted` has its quotes and is valid JSON (RFC 8259 7). */
void json_string_decode(struct buf *out, struct str quoted);

#endif
