/* etl/mapping/bind_columns.h - gives the fields of an input their columns, and finds out which columns are secret. Private to this room. */
#ifndef ETL_MAPPING_BIND_COLUMNS_H
#define ETL_MAPPING_BIND_COLUMNS_H

#include "etl/mapping/compiled.h"

void bind_columns(struct mapping *m, size_t input, const struct str *columns, size_t count, struct findings *faults);
void bind_paths(struct mapping *m, size_t input); /* of a JSON input: its columns are the paths that are asked */
/* The path of a column: its name; of an element's, with the list's path before it. */
struct str path_of_node(const struct node *n, struct arena *mem);
bool       is_listed(const struct yaml *list, struct str name); /* in a list of texts, or it is the one text */

#endif
