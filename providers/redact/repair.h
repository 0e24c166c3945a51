/* providers/redact/repair.h - bytes as real servers send them become bytes that a strict parser takes, piece by piece.
 *
 * Bytes that are not UTF-8 are read as Latin-1, which they most likely are; control bytes become blanks. In XML also: an & that begins no
 * reference becomes text, a name that begins with a digit gets a prefix (<1> becomes <_1>), further XML declarations are neutralised.
 *
 * A piece may end anywhere: up to REPAIR_HELD bytes are held back until the next piece shows what they are. */
#ifndef PROVIDERS_REDACT_REPAIR_H
#define PROVIDERS_REDACT_REPAIR_H

#include "etl/core/buf.h"

enum { REPAIR_HELD = 16 };

struct repair {
    bool     xml;
    char     held[REPAIR_HELD];
    size_t   held_len;
    uint64_t count; /* of repairs so far */
};
/* Appends to `out` all that is decided so far; with `last`, everything. */
void repair_add(struct repair *r, struct str bytes, bool last, struct buf *out);

#endif
