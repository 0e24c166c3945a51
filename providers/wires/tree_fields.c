/* providers/wires/tree_fields.c - the children of a node as the fields of a request. */
#include "providers/wires/tree_fields.h"

#include "etl/core/notation/list.h"

static void add_list(const struct tree *node, struct buf *out)
{
    list_begin(out);
    for (const struct tree *item = node->first; item != NULL; item = item->next)
        if (item->is_list)
            add_list(item, out);
        else
            list_text(out, item->text.ptr != NULL ? item->text : STR(""));
    list_end(out);
}

static struct str list_of(const struct tree *node, struct arena *mem)
{
    AUTO(buf_release) struct buf list;

    buf_init(&list, 16 << 20, "a list on the wire");
    add_list(node, &list);
    return arena_str(mem, buf_str(&list));
}

enum etl_status tree_fields(const struct tree *node, struct arena *mem, struct wire_decoded *out, struct err *err)
{
    struct wire_field *fields = NULL;
    size_t             cap = 0;

    out->field_count = 0;
    for (const struct tree *c = node->first; c != NULL; c = c->next) {
        struct wire_field field = { .name = c->name, .value = c->text.ptr != NULL ? c->text : STR("") };

        if (!c->is_list && c->first != NULL)
            return err_set(err, ETL_REJECT, "field-form", "%s holds fields of its own", shown(c->name, false).text);
        if (c->is_list)
            field.value = list_of(c, mem);
        field.is_array = c->is_list;
        ARENA_PUSH(mem, fields, out->field_count, cap) = field;
    }
    out->fields = fields;
    return ETL_OK;
}
