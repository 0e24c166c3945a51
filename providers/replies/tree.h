/* providers/replies/tree.h - an answer as a tree, whether it came as JSON, as XML or as SOAP: names, texts, and ways through them.
 *
 * Same shape    a JSON list is a node whose items have its name; repeated XML elements are siblings of one name; a path walks both alike. So one
 *               record may come as an object and none as a missing key, without a case of its own. XML attributes are children.
 * Lifetime      all in the arena that a reply was read into.
 * Limits        64 levels; a record of at most 512 fields. */
#ifndef PROVIDERS_REPLIES_TREE_H
#define PROVIDERS_REPLIES_TREE_H

#include "providers/replies/reply_style.h"

struct tree {
    struct str   name;
    struct str   text;    /* ptr NULL: none (an object, a list, null) */
    bool         is_list; /* its children are its items */
    struct tree *first, *last, *next;
};
struct tree *tree_add(struct tree *parent, struct str name, struct arena *mem);

/* The first child of this name; NULL: there is none, or no node. */
const struct tree *tree_child(const struct tree *node, const char *name);

/* Does the step lead to a member of this name? */
bool path_step_fits(const struct path_step *step, struct str name);
/* Do all children have different names? */
bool tree_keys_differ(const struct tree *object, struct arena *mem);

/* The first node at the path; lists on the way are entered. NULL: there is none. The last step may be a list, which is then the result. */
const struct tree *tree_at(const struct tree *top, const struct path *path);
/* The node's text, or that of the only item of a list; STR_NONE: it has none. */
struct str tree_text(const struct tree *node);
/* One record for each node at the path, and for each item of a list there. Its fields are its leaves by name (deeper ones as outer.inner, repeated
 * ones joined by "; ") and the names taken by {id} steps. A node that is itself a leaf becomes a record of one field, which has the node's name, or
 * `value` if that name was taken by an {id} step. ETL_REJECT: too many fields. */
enum etl_status tree_records(const struct tree *top, const struct path *path, struct arena *mem,
                             const struct reply_record **out, size_t *count, struct err *err);

struct str tree_leaf_name(const struct path *path, struct str name);

/* The records of a whole body, for a style that reads trees: at the first of the command's paths that exists. */
enum etl_status    tree_rows(const struct reply_style *style, const struct command *command, struct str body,
                             struct arena *mem, const struct reply_record **out, size_t *count, struct err *err);
const struct path *tree_records_path(const struct tree *top, const struct command *command); /* NULL: none is there */

#endif
