/* providers/replies/tree_xml.h - XML as a tree (tree.h), read as tolerantly as is safe: for SOAP, and for providers that give one shape in XML and JSON.
 *
 * Names     without their prefixes. Attributes are children ahead of the elements, `mark` ahead of their names ("" : none; "$" where JSON
 *           of the same provider has them so); those with a prefix and xmlns are none.
 * Repaired  what repair.h mends (bare &, <1>, control bytes, no UTF-8), and attribute names with blanks: <labels New Status="…">.
 *           A document that ends early is refused, since text would be missing without a sign of it; so is a DOCTYPE.
 * Source    libxml2's push parser, without XML_PARSE_RECOVER, which loses text silently. */
#ifndef PROVIDERS_REPLIES_TREE_XML_H
#define PROVIDERS_REPLIES_TREE_XML_H

#include "providers/replies/tree.h"

enum {
    TREE_XML_SOAP =
        1 /* xsi:type, xsi:nil, arrays, maps and references of SOAP encoding (SOAP 1.1, 5) mean what they say there */
};
/* *out is the parent of the document's root, or roots, as there may be several. */
enum etl_status tree_from_xml(struct str body, unsigned flags, struct str mark, struct arena *mem,
                              const struct tree **out, struct err *err);

#endif
