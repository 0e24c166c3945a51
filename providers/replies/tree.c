/* providers/replies/tree.c - an answer as a tree, whether it came as JSON, as XML or as SOAP: names, texts, and ways through them. */
#include "providers/replies/tree.h"

#include "etl/core/limits.h"

struct tree *tree_add(struct tree *parent, struct str name, struct arena *mem)
{
    struct tree *node = ARENA_NEW(mem, struct tree);

    node->name = name;
    if (parent->last != NULL)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

const struct tree *tree_child(const struct tree *node, const char *name)
{
    for (const struct tree *c = node != NULL ? node->first : NULL; c != NULL; c = c->next)
        if (str_is(c->name, name))
            return c;
    return NULL;
}

bool path_step_fits(const struct path_step *step, struct str name)
{
    if (step->is_number)
        return str_all_digits(name);
    return step->name.ptr == NULL || str_eq(step->name, name);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp((*(const struct tree *const *)a)->name, (*(const struct tree *const *)b)->name);
}

bool tree_keys_differ(const struct tree *object, struct arena *mem)
{
    const struct tree **nodes;
    size_t              count = 0, n = 0;

    for (const struct tree *c = object->first; c != NULL; c = c->next)
        count++;
    nodes = ARENA_ARRAY(mem, const struct tree *, count + 1);
    for (const struct tree *c = object->first; c != NULL; c = c->next)
        nodes[n++] = c;
    qsort(nodes, count, sizeof *nodes, by_name);
    for (size_t i = 1; i < count; i++)
        if (str_eq(nodes[i - 1]->name, nodes[i]->name))
            return false;
    return true;
}

static const struct tree *find(const struct tree *node, const struct path_step *steps, size_t count);

/* A step has led to `node`: continue there, or in a list at each of its items. */
static const struct tree *find_on(const struct tree *node, const struct path_step *steps, size_t count)
{
    const struct tree *found = NULL;

    if (count == 0)
        return node;
    if (!node->is_list)
        return find(node, steps, count);
    for (const struct tree *item = node->first; item != NULL && found == NULL; item = item->next)
        found = find_on(item, steps, count);
    return found;
}

static const struct tree *find(const struct tree *node, const struct path_step *steps, size_t count)
{
    const struct tree *found = NULL;

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): whoever found a node looks in it */
    for (const struct tree *child = node->first; child != NULL && found == NULL; child = child->next)
        if (path_step_fits(steps, child->name))
            found = find_on(child, steps + 1, count - 1);
    return found;
}

const struct tree *tree_at(const struct tree *top, const struct path *path)
{
    return path->count == 0 ? top : find(top, path->steps, path->count);
}

struct str tree_text(const struct tree *node)
{
    if (node == NULL)
        return STR_NONE;
    if (node->is_list && node->first != NULL && node->first == node->last)
        return tree_text(node->first);
    return node->text;
}

/* ---- records ---- */

struct tree_recorder {
    struct arena        *mem;
    const struct path   *path;
    struct reply_field   fields[REPLY_TREE_FIELDS_MAX];
    size_t               field_count, from_path; /* from_path: how many of the fields come from {id} steps */
    struct reply_record *records;
    size_t               count, cap;
    bool                 too_many;
};

static void add_field(struct tree_recorder *r, struct str name, struct str value)
{
    for (size_t i = r->from_path; i < r->field_count; i++)
        if (str_eq(r->fields[i].name, name)) {
            r->fields[i].value = arena_fmt(r->mem, "%.*s; %.*s", STR_ARG(r->fields[i].value), STR_ARG(value));
            return;
        }
    if (r->field_count == REPLY_TREE_FIELDS_MAX)
        r->too_many = true;
    else
        r->fields[r->field_count++] = (struct reply_field){ name, value };
}

static void add_leaves(struct tree_recorder *r, const struct tree *node, struct str prefix)
{
    for (const struct tree *child = node->first; child != NULL; child = child->next) {
        struct str name = child->name;

        if (node->is_list) /* items have the list's name, which is already in the prefix */
            name = prefix;
        else if (prefix.len != 0)
            name = arena_fmt(r->mem, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(child->name));
        if (child->text.ptr != NULL)
            add_field(r, name, child->text);
        add_leaves(r, child, name);
    }
}

struct str tree_leaf_name(const struct path *path, struct str name)
{
    return path->count != 0 && path->steps[path->count - 1].field.ptr != NULL ? STR("value") : name;
}

static void add_record(struct tree_recorder *r, const struct tree *node)
{
    struct reply_field *fields;

    r->field_count = r->from_path;
    if (node->text.ptr != NULL)
        add_field(r, tree_leaf_name(r->path, node->name), node->text);
    add_leaves(r, node, STR(""));
    fields = ARENA_ARRAY(r->mem, struct reply_field, r->field_count + 1);
    memcpy(fields, r->fields, r->field_count * sizeof *fields);
    ARENA_PUSH(r->mem, r->records, r->count, r->cap) = (struct reply_record){ fields, r->field_count };
}

static void walk(struct tree_recorder *r, const struct tree *node, size_t step);

static void walk_on(struct tree_recorder *r, const struct tree *node, size_t step)
{
    if (node->is_list) {
        for (const struct tree *item = node->first; item != NULL; item = item->next)
            walk_on(r, item, step);
    } else if (step == r->path->count) {
        if (node->text.ptr != NULL || node->first != NULL) /* neither null nor an empty node is a record */
            add_record(r, node);
    } else {
        walk(r, node, step);
    }
}

static void walk(struct tree_recorder *r, const struct tree *node, size_t at)
{
    const struct path_step *step = &r->path->steps[at];

    for (const struct tree *child = node->first; child != NULL; child = child->next) {
        if (!path_step_fits(step, child->name))
            continue;
        if (step->field.ptr != NULL)
            r->fields[r->from_path++] = (struct reply_field){ step->field, child->name };
        walk_on(r, child, at + 1);
        if (step->field.ptr != NULL)
            r->from_path--;
    }
}

enum etl_status tree_records(const struct tree *top, const struct path *path, struct arena *mem,
                             const struct reply_record **out, size_t *count, struct err *err)
{
    struct tree_recorder *r = ARENA_NEW(mem, struct tree_recorder);

    r->mem = mem;
    r->path = path;
    if (path->count == 0)
        walk_on(r, top, 0);
    else
        walk(r, top, 0);
    if (r->too_many)
        return err_set(err, ETL_REJECT, "reply-fields", "a record has more than %d fields", REPLY_TREE_FIELDS_MAX);
    *out = r->records;
    *count = r->count;
    return ETL_OK;
}

/* A provider may give one list in several places; the first that exists is used. */
const struct path *tree_records_path(const struct tree *top, const struct command *command)
{
    for (size_t i = 0; i < command->record_path_count; i++)
        if (tree_at(top, &command->records[i]) != NULL)
            return &command->records[i];
    return NULL;
}

enum etl_status tree_rows(const struct reply_style *style, const struct command *command, struct str body,
                          struct arena *mem, const struct reply_record **out, size_t *count, struct err *err)
{
    const struct tree *top;
    const struct path *path;
    enum etl_status    st = style->tree(command->reply, body, mem, &top, err);

    *count = 0;
    if (st != ETL_OK)
        return st;
    path = tree_records_path(top, command);
    return path != NULL ? tree_records(top, path, mem, out, count, err) : ETL_OK;
}
