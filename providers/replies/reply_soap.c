/* providers/replies/reply_soap.c - answers in SOAP 1.1, as Perl's SOAP::Lite and others give them: one tree, with `result` or `Fault` at its top.
 *
 * The reply element's name differs from call to call, so it is found by its place: the first child of the Body's first child is the result,
 * whatever its name (SOAP 1.1, 7.1). If the result is a text that holds XML, that XML is parsed and its root becomes the result. So paths are the
 * same as in JSON. */
#include "providers/replies/reply_writer.h"
#include "providers/replies/tree_xml.h"

/* A text that is XML (<Equipment>…</Equipment>): the content of its root replaces the text. */
static enum etl_status unfold_text(struct tree *result, struct arena *mem, struct err *err)
{
    struct str         text = str_trim(result->text);
    const struct tree *inner;
    enum etl_status    st;

    if (text.len == 0 || text.ptr[0] != '<')
        return ETL_OK;
    st = tree_from_xml(text, 0, STR(""), mem, &inner, err);
    if (st != ETL_OK || inner->first == NULL)
        return st;
    result->text = inner->first->text;
    result->first = inner->first->first;
    result->last = inner->first->last;
    return ETL_OK;
}

static enum etl_status soap_tree(const struct reply *reply, struct str body, struct arena *mem, const struct tree **out,
                                 struct err *err)
{
    const struct tree *document, *answer;
    struct tree       *top = ARENA_NEW(mem, struct tree), *made;
    enum etl_status    st = tree_from_xml(body, TREE_XML_SOAP, STR(""), mem, &document, err);

    (void)reply;
    if (st != ETL_OK)
        return st;
    answer = tree_child(tree_child(document, "Envelope"), "Body");
    if (answer == NULL || answer->first == NULL)
        return err_set(err, ETL_REJECT, "soap", "this is no SOAP envelope with something in its body");
    answer = answer->first;
    made = tree_add(top, str_is(answer->name, "Fault") ? STR("Fault") : STR("result"), mem);
    if (!str_is(answer->name, "Fault"))
        answer = answer->first;
    made->text = answer != NULL ? answer->text : STR("");
    if (answer != NULL) {
        made->is_list = answer->is_list;
        made->first = answer->first;
        made->last = answer->last;
    }
    for (struct tree *c = made->is_list ? made->first : NULL; c != NULL; c = c->next)
        c->name = made->name;
    *out = top;
    return made->text.ptr != NULL ? unfold_text(made, mem, err) : ETL_OK;
}

static enum etl_status soap_records(const struct command *command, struct str body, struct arena *mem,
                                    const struct reply_record **out, size_t *count, struct err *err)
{
    return tree_rows(&reply_soap, command, body, mem, out, count, err);
}

const struct reply_style reply_soap = {
    .name = "soap",
    .summary = "SOAP 1.1",
    .writer = &write_tree_xml,
    .envelope_steps = 1,
    .has_records = true,
    .form = REDACT_XML,
    .records = soap_records,
    .tree = soap_tree,
};
