/* providers/replies/tree.h - an answer as a tree, whether it came as JSON, as XML or as SOAP: names, texts, and ways through them.
 *
 * Same shape    a JSON list is a node whose items bear its name, repeated elements of XML are neighbours of one name; a path takes both
 *               alike. So "one row may be an object, none a missing key" needs no case of its own. XML attributes are children.
 * Lifetime      all in the arena that a reply was read into.
 * Limits        64 levels; a record of at most 512 fields. */
#ifndef PROVIDERS_REPLIES_TREE_H
#define PROVIDERS_REPLIES_TREE_H

#include "providers/replies/reply.h"

enum { TREE_DEPTH_MAX = 64, RECORD_FIELDS_MAX = 512 };

struct tree {
    struct str   name;
    struct str   text;    /* ptr NULL: none (an object, a list, null) */
    bool         is_list; /* its children are its items */
    struct tree *first, *last, *next;
};
struct tree *tree_add(struct tree *parent, struct str name, struct arena *mem);

/* Does a member of that name take the step? */
bool path_step_fits(const struct path_step *step, struct str name);
/* No two children bear one name. */
bool tree_keys_differ(const struct tree *object, struct arena *mem);

/* The first node there, lists entered on the way; NULL: there is none. The last step may be the list itself. */
const struct tree *tree_at(const struct tree *top, const struct path *path);
/* Its text; that of the only item, where it is a list of one. STR_NONE: it has none. */
struct str tree_text(const struct tree *node);
/* One record for each node at the path, lists taken apart: its leaves by name, deeper ones outer.inner, repeated ones joined by "; ", the
 * steps {id} as fields. A leaf itself is a record of the one field that bears its name, or, where an {id} took that, of the field `value`. ETL_REJECT: too many fields. */
enum etl_status tree_records(const struct tree *top, const struct path *path, struct arena *mem,
                             const struct reply_record **out, size_t *count, struct err *err);

struct str tree_leaf_name(const struct path *path, struct str name);

/* The records of a whole body, for a style that reads trees: by the first of the command's paths that is there. */
enum etl_status    tree_rows(const struct reply_style *style, const struct command *command, struct str body,
                             struct arena *mem, const struct reply_record **out, size_t *count, struct err *err);
const struct path *tree_records_path(const struct tree *top, const struct command *command); /* NULL: none is there */

#endif
