/* providers/replies/tree_xml.h - XML as a tree (tree.h), read as tolerantly as is safe: what SOAP answers hold, and XML that speaks the same shape as
 * JSON does elsewhere.
 *
 * Names     without their prefixes. Attributes are children ahead of the elements, `mark` ahead of their names ("" : none; "$" where JSON
 *           of the same provider has them so); those with a prefix and xmlns are none.
 * Repaired  what repair.h mends (bare &, <1>, control bytes, no UTF-8), and attribute names with blanks: <labels New Status="…">.
 *           A document that ends early, or a DOCTYPE, is refused: text that is lost cannot be seen to be lost.
 * Source    libxml2's push parser, without XML_PARSE_RECOVER, which loses text silently. */
#ifndef PROVIDERS_REPLIES_TREE_XML_H
#define PROVIDERS_REPLIES_TREE_XML_H

#include "providers/replies/tree.h"

enum {
    TREE_XML_SOAP =
        1 /* xsi:type, xsi:nil, arrays, maps and references of SOAP encoding (SOAP 1.1, 5) mean what they say there */
};
/* *out is above the document's root: its one child, or children, as it may have several roots. */
enum etl_status tree_from_xml(struct str body, unsigned flags, struct str mark, struct arena *mem,
                              const struct tree **out, struct err *err);

#endif
