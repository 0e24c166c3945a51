/* etl/core/notation/base64.h - bytes as base64 and base64url, and back (RFC 4648), by OpenSSL.
 *
 * Secrets pass through here: what is on the stack is wiped. */
#ifndef ETL_CORE_NOTATION_BASE64_H
#define ETL_CORE_NOTATION_BASE64_H

#include "etl/core/buf.h"

void base64_add(struct buf *out, struct str bytes);    /* section 4: with its padding */
void base64url_add(struct buf *out, struct str bytes); /* section 5: without padding */
/* As xsd:base64Binary is written: white space and whatever else is no digit is passed over, and it ends at the first '='. */
void base64_decode(struct buf *out, struct str text);
/* Strict: false when something in it is no digit, or out is full. Then what was added is of no use. */
bool base64url_decode(struct buf *out, struct str text);

#endif
