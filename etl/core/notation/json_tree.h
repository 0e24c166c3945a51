/* etl/core/notation/json_tree.h - small JSON documents of our own (plan lines, summary, seal) as trees, by yajl, strictly.
 *
 * Lifetime  the tree lives in yajl's memory until json_tree_free(); texts taken from it are copied by the caller.
 * Limits    what our own files hold; a document that is not one is an error with its reason. */
#ifndef ETL_CORE_NOTATION_JSON_TREE_H
#define ETL_CORE_NOTATION_JSON_TREE_H

#include <yajl/yajl_tree.h>

#include "etl/core/err.h"

/* `text` must be NUL-terminated at text.len. */
enum etl_status json_tree_parse(struct str text, const char *what, yajl_val *out, struct err *err);
void            json_tree_free(yajl_val v);
yajl_val        json_tree_member(yajl_val object, const char *name);             /* NULL when absent */
struct str json_tree_text(yajl_val object, const char *name, struct arena *mem); /* STR_NONE when absent or no string */
uint64_t   json_tree_u64(yajl_val object, const char *name);                     /* 0 when absent */

#endif
