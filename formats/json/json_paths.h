/* formats/json/json_paths.h - the wanted places of a JSON record as a tree: the parser goes down it as it goes down the record.
 *
 * Paths     names with dots between: `address.city`. A number is an element of a list: `services.0.name`. A path through a list without a
 *           number means every element: `services.name` is the list of their names. It also means a member whose own name has dots,
 *           {"address.city": …}. A list's columns are paths within one of its elements; the empty path is the element itself.
 *
 * Lifetime  lives in `mem`; the given texts outlive it. Threads: read-only after it is made. Private to formats. */
#ifndef FORMATS_JSON_JSON_PATHS_H
#define FORMATS_JSON_JSON_PATHS_H

#include "etl/core/arena.h"
#include "formats/json_wanted.h"

struct path_target {
    int      list; /* -1: the record's own cells */
    uint32_t column;
};
struct path_node {
    struct str          name;
    uint32_t            id;          /* 0 is the root */
    int                 list;        /* the list whose elements are at this place; -1: none */
    bool                has_numbers; /* a child's name is a number */
    struct path_node   *children, *next;
    struct path_target *targets;
    size_t              target_count, target_cap;
};
struct json_paths {
    struct path_node          root;
    const struct json_wanted *wanted;
    uint32_t                  node_count;
    size_t                    target_count; /* of the record and all lists */
    size_t                   *first_target; /* by list: the number of its first column, counted over all */
};
struct json_paths                    *json_paths_new(const struct json_wanted *wanted, struct arena *mem);
static inline const struct path_node *path_child(const struct path_node *n, struct str name)
{
    const struct path_node *child = n->children;

    while (child != NULL && !str_eq(child->name, name))
        child = child->next;
    return child;
}
/* A target's number, counted over all targets. */
static inline size_t path_target_index(const struct json_paths *paths, struct path_target t)
{
    return t.list < 0 ? t.column : paths->first_target[t.list] + t.column;
}

#endif
