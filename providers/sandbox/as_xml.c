/* providers/sandbox/as_xml.c - a tree read from JSON, written as XML. */
#include "providers/sandbox/as_xml.h"

#include "providers/replies/tree.h"
#include "providers/sandbox/store/fill.h"

enum { ANSWER_MAX = 16 << 20 };

static bool is_attribute(const struct tree *node, struct str mark)
{
    return mark.len != 0 && node->name.len > mark.len && str_starts(node->name, mark);
}

static void write_node(const struct tree *node, struct str mark, const char *empty_list, struct buf *out)
{
    if (node->is_list) {
        if (empty_list != NULL && node->first == NULL)
            buf_fmt(out, "<%.*s %s/>", STR_ARG(node->name), empty_list);
        for (const struct tree *item = node->first; item != NULL; item = item->next)
            write_node(item, mark, empty_list, out);
        return;
    }
    buf_fmt(out, "<%.*s", STR_ARG(node->name));
    for (const struct tree *c = node->first; c != NULL; c = c->next)
        if (is_attribute(c, mark)) {
            buf_fmt(out, " %.*s=\"", STR_ARG(str_skip(c->name, mark.len)));
            fill_xml(out, c->text);
            buf_byte(out, '"');
        }
    buf_byte(out, '>');
    fill_xml(out, node->text);
    for (const struct tree *c = node->first; c != NULL; c = c->next)
        if (!is_attribute(c, mark))
            write_node(c, mark, empty_list, out);
    buf_fmt(out, "</%.*s>", STR_ARG(node->name));
}

struct str as_xml(struct str json, struct str mark, const char *empty_list, struct arena *mem)
{
    AUTO(buf_release) struct buf out;
    const struct reply           reply = { .text_member = mark };
    const struct tree           *top;

    buf_init(&out, ANSWER_MAX, "an answer");
    if (reply_json.tree(&reply, json, mem, &top, NULL) != ETL_OK)
        return STR_NONE;
    for (const struct tree *root = top->first; root != NULL; root = root->next)
        write_node(root, mark, empty_list, &out);
    return arena_str(mem, buf_str(&out));
}
