/* etl/mapping/bind_columns.h - gives the fields of an input their columns, and finds out which columns are secret. Private to this room. */
#ifndef ETL_MAPPING_BIND_COLUMNS_H
#define ETL_MAPPING_BIND_COLUMNS_H

#include "etl/mapping/compiled.h"

void bind_columns(struct mapping *m, size_t input, const struct str *columns, size_t count, struct findings *faults);
void bind_paths(struct mapping *m, size_t input); /* of a JSON input: its columns are the paths that are asked */
/* The path of a node's column: its name; for a NODE_ELEMENT the list's path comes first. */
struct str path_of_node(const struct node *n, struct arena *mem);
bool       is_listed(const struct yaml *list, struct str name); /* `list` is a list of texts, or one text */

#endif
