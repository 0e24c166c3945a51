/* formats/json/json_paths.c - the wanted places of a JSON record as a tree. */
#include "formats/json/json_paths.h"

struct path_tree {
    struct json_paths *paths;
    struct arena      *mem;
};

static struct path_node *child_of(const struct path_tree *m, struct path_node *n, struct str name)
{
    struct path_node **place = &n->children;

    while (*place != NULL && !str_eq((*place)->name, name))
        place = &(*place)->next;
    if (*place == NULL) {
        *place = ARENA_NEW(m->mem, struct path_node);
        (*place)->name = name;
        (*place)->list = -1;
        (*place)->id = m->paths->node_count++;
        n->has_numbers = n->has_numbers || str_all_digits(name);
    }
    return *place;
}

static void add(const struct path_tree *m, struct path_node *n, struct str path, struct path_target target,
                bool is_list);

/* The list's columns are below the node that is the list. */
static void end_here(const struct path_tree *m, struct path_node *n, struct path_target target, bool is_list)
{
    const struct json_list *list;

    if (!is_list) {
        ARENA_PUSH(m->mem, n->targets, n->target_count, n->target_cap) = target;
        return;
    }
    list = &m->paths->wanted->lists[target.list];
    n->list = target.list;
    for (size_t i = 0; i < list->column_count; i++)
        add(m, n, list->columns[i], (struct path_target){ target.list, (uint32_t)i }, false);
}

static void add(const struct path_tree *m, struct path_node *n, struct str path, struct path_target target,
                bool is_list)
{
    struct str head, rest;

    if (path.len == 0) {
        end_here(m, n, target, is_list);
        return;
    }
    rest = str_cut(path, '.', &head);
    if (rest.ptr == NULL) {
        end_here(m, child_of(m, n, path), target, is_list);
        return;
    }
    end_here(m, child_of(m, n, path), target, is_list); /* a member whose own name has dots */
    add(m, child_of(m, n, head), rest, target, is_list);
}

struct json_paths *json_paths_new(const struct json_wanted *wanted, struct arena *mem)
{
    struct json_paths     *paths = ARENA_NEW(mem, struct json_paths);
    const struct path_tree m = { paths, mem };

    paths->wanted = wanted;
    paths->root.list = -1;
    paths->node_count = 1;
    paths->target_count = wanted->column_count;
    paths->first_target = ARENA_ARRAY(mem, size_t, wanted->list_count + 1);
    for (size_t i = 0; i < wanted->list_count; i++) {
        paths->first_target[i] = paths->target_count;
        paths->target_count += wanted->lists[i].column_count;
    }
    for (size_t i = 0; i < wanted->column_count; i++)
        add(&m, &paths->root, wanted->columns[i], (struct path_target){ -1, (uint32_t)i }, false);
    for (size_t i = 0; i < wanted->list_count; i++)
        add(&m, &paths->root, wanted->lists[i].path, (struct path_target){ (int)i, 0 }, true);
    return paths;
}
