/* etl/mapping/unseen_paths.c - warns of the paths that no record of a JSON input had. */
#include "etl/mapping/unseen_paths.h"

#include "etl/mapping/bind_columns.h"
#include "etl/mapping/compiled.h"
#include "etl/mapping/input_format.h"

static bool is_optional(const struct compiled_input *in, struct str path)
{
    for (size_t i = 0; i < in->optional_count; i++)
        if (str_eq(in->optional[i], path))
            return true;
    return false;
}

void mapping_warn_unseen(const struct mapping *m, size_t input, const struct record_reader *r, struct findings *faults)
{
    struct compiled_input *in = &m->compiled->in[input];

    for (size_t i = 0; m->inputs[input].format->columns_are_paths && i < in->use_count; i++) {
        const struct column_use *use = &in->uses[i];
        struct expression_place  place = place_in(m->compiled, use->yaml, faults);
        struct str               path = use->node != NULL ? path_of_node(use->node, m->compiled->mem) : STR("");

        if (use->node == NULL || is_optional(in, path) || json_reader_has_seen(r, use->list, (size_t)use->node->index))
            continue;
        /* If no record has the list, its fields are not warned of one by one. */
        if (use->list >= 0 &&
            !json_reader_has_seen(r, use->list, m->inputs[input].wanted.lists[use->list].column_count))
            path = in->lists[use->list];
        expression_warning(&place, use->at, "path-unseen", "no record of %.*s has %.*s", STR_ARG(m->inputs[input].name),
                           STR_ARG(path));
    }
}
