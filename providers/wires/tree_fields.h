/* providers/wires/tree_fields.h - the fields of a request whose body is a tree: the children of one node.
 *
 * Lifetime  all in the arena given. */
#ifndef PROVIDERS_WIRES_TREE_FIELDS_H
#define PROVIDERS_WIRES_TREE_FIELDS_H

#include "providers/replies/tree.h"
#include "providers/wires/wire.h"

/* A child with a text becomes a value, a list becomes an array. ETL_REJECT: a child has children of its own. */
enum etl_status tree_fields(const struct tree *node, struct arena *mem, struct wire_decoded *out, struct err *err);

#endif
