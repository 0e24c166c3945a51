/* providers/replies/repair.h - bytes as real servers send them become bytes that a strict parser takes, piece by piece.
 *
 * Bytes that are no UTF-8 are taken for Latin-1, the likeliest of what is none; control bytes become blanks. For XML besides: an & that
 * begins no reference is text, a name may begin with a digit (<1> becomes <_1>), a further XML declaration is nothing.
 *
 * Pieces may be cut anywhere: up to REPAIR_HELD bytes are held back until it is clear what they are. */
#ifndef PROVIDERS_REPLIES_REPAIR_H
#define PROVIDERS_REPLIES_REPAIR_H

#include "etl/core/buf.h"

enum { REPAIR_HELD = 16 };

struct repair {
    bool     xml;
    char     held[REPAIR_HELD];
    size_t   held_len;
    uint64_t count; /* of repairs so far */
};
/* Appends what is clear by now to `out`; all of it when `last`. */
void repair_add(struct repair *r, struct str bytes, bool last, struct buf *out);

#endif
