/* providers/replies/reply_xml_tree.c - answers in XML that are described by paths, as JSON is: one description serves a provider that answers in both. */
#include "providers/replies/reply_writer.h"
#include "providers/replies/tree_xml.h"

static enum etl_status xml_tree(const struct reply *reply, struct str body, struct arena *mem, const struct tree **out,
                                struct err *err)
{
    /* An attribute type="…" is the member "$type" in JSON */
    return tree_from_xml(body, 0, reply->text_member, mem, out, err);
}

static enum etl_status xml_tree_records(const struct command *command, struct str body, struct arena *mem,
                                        const struct reply_record **out, size_t *count, struct err *err)
{
    return tree_rows(&reply_xml_tree, command, body, mem, out, count, err);
}

const struct reply_style reply_xml_tree = {
    .name = "xml-tree",
    .summary = "XML, told by paths as JSON is",
    .writer = &write_tree_xml,
    .has_records = true,
    .form = REDACT_XML,
    .records = xml_tree_records,
    .tree = xml_tree,
};
