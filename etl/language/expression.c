/* etl/language/expression.c - copies trees of expressions. */
#include "etl/language/expression.h"

struct node *node_copy(const struct node *n, struct arena *mem)
{
    struct node *out = ARENA_NEW(mem, struct node);

    *out = *n;
    out->args = ARENA_ARRAY(mem, struct node *, n->count + 1);
    for (size_t i = 0; i < n->count; i++)
        out->args[i] = node_copy(n->args[i], mem);
    return out;
}
