/* providers/wires/wire_soap.c - SOAP 1.1 by libxml2's writer, as Perl's SOAP::Lite sends a call whose one argument is a hash.
 *
 * The parameters are children of one element, named c-gensym3 like SOAP::Lite's first. If one name cannot be an element's, all of them go as
 * an apachens:Map. Types are guessed as SOAP::Lite guesses them (soap_type.h). SOAPAction is the namespace, #, the method.
 * Source    SOAP 1.1, 5 and 6; SOAP::Lite 1.27. libxml2's writer escapes all text. */
#include "providers/wires/wire.h"

#include <libxml/xmlwriter.h>

#include "etl/core/notation/list.h"
#include "providers/model/family.h"
#include "providers/replies/tree_xml.h"
#include "providers/wires/soap_type.h"
#include "providers/wires/tree_fields.h"

enum { LARGEST_VALUE = 16 << 20 };

struct soap_own {
    struct text space; /* the namespace: "{origin}/OperatorAPI" */
};
static const char *const      space_places[] = { "origin", NULL };
static const struct style_key soap_keys[] = {
    { .name = "space",
      .kind = STYLE_KEY_PLACES,
      .offset = offsetof(struct soap_own, space),
      .places = space_places,
      .missing = "a soap wire needs space: the namespace of its methods" },
    { 0 },
};

struct soap_writer {
    xmlTextWriterPtr w;
    struct arena     mem;
    bool             is_map, failed;
};

static const xmlChar *text_of(struct soap_writer *x, struct str s)
{
    return (const xmlChar *)arena_cstr(&x->mem, s);
}

static void note(struct soap_writer *x, int written)
{
    x->failed = x->failed || written < 0;
}

static void begin(struct soap_writer *x, const char *name)
{
    note(x, xmlTextWriterStartElement(x->w, (const xmlChar *)name));
}

static void attribute(struct soap_writer *x, const char *name, const char *value)
{
    note(x, xmlTextWriterWriteAttribute(x->w, (const xmlChar *)name, (const xmlChar *)value));
}

static void finish(struct soap_writer *x)
{
    note(x, xmlTextWriterEndElement(x->w));
}

/* Type and text of an element that has been begun. */
static void add_text(struct soap_writer *x, struct str text)
{
    const char *type = soap_type(text);

    attribute(x, "xsi:type", type);
    if (soap_is_base64(type))
        note(x, xmlTextWriterWriteBase64(x->w, text.ptr, 0, (int)text.len));
    else if (text.len != 0)
        note(x, xmlTextWriterWriteString(x->w, text_of(x, text)));
}

/* xsd:string[2] if all parts have one type, else xsd:anyType[2]. */
static void add_array(struct soap_writer *x, struct str list)
{
    struct list_reader r = list_open(list);
    struct list_item   item;
    const char        *all = NULL;

    while (list_next(&r, &x->mem, &item)) {
        const char *type = item.is_list ? "soapenc:Array" : soap_type(item.text);

        all = all == NULL || strcmp(all, type) == 0 ? type : "xsd:anyType";
    }
    attribute(x, "soapenc:arrayType",
              arena_fmt(&x->mem, "%s[%zu]", all != NULL ? all : "xsd:anyType", list_count(list)).ptr);
    attribute(x, "xsi:type", "soapenc:Array");
    r = list_open(list);
    while (list_next(&r, &x->mem, &item)) {
        begin(x, "item");
        if (item.is_list)
            add_array(x, item.text);
        else
            add_text(x, item.text);
        finish(x);
    }
}

static void add_value(struct soap_writer *x, const struct wire_field *field)
{
    if (field->is_array)
        add_array(x, field->value);
    else
        add_text(x, field->value);
}

static void add_field(struct soap_writer *x, const struct wire_field *field)
{
    if (!x->is_map) {
        begin(x, arena_cstr(&x->mem, field->name));
        add_value(x, field);
        finish(x);
        return;
    }
    begin(x, "item");
    begin(x, "key");
    add_text(x, field->name);
    finish(x);
    begin(x, "value");
    add_value(x, field);
    finish(x);
    finish(x);
}

static bool needs_map(const struct wire_call *call)
{
    struct wire_walk  walk;
    struct wire_field field;
    bool              fits = true;

    wire_walk_begin(&walk, call);
    while (fits && wire_walk_next(&walk, &field))
        fits = soap_name_fits(field.name);
    wire_walk_end(&walk);
    return !fits;
}

static void add_fields(struct soap_writer *x, const struct wire_call *call)
{
    struct wire_walk  walk;
    struct wire_field field;

    wire_walk_begin(&walk, call);
    while (!x->failed && wire_walk_next(&walk, &field))
        add_field(x, &field);
    wire_walk_end(&walk);
}

/* "https://server:8443/restapi" → "https://server:8443" */
static struct str origin_of(struct str url)
{
    const char *slashes = memmem(url.ptr, url.len, "://", 3);
    size_t      from = slashes != NULL ? (size_t)(slashes - url.ptr) + 3 : 0;
    const char *path = url.len > from ? memchr(url.ptr + from, '/', url.len - from) : NULL;

    return path != NULL ? str_of(url.ptr, (size_t)(path - url.ptr)) : url;
}

static struct str space_of(const struct wire_call *call, struct arena *mem)
{
    const struct soap_own *own = call->wire->own;
    struct pair_value      origin = { STR("origin"), origin_of(call->url) };

    return text_fill(&own->space, NULL, &origin, 1, mem);
}

static void add_envelope(struct soap_writer *x, const struct wire_call *call, struct str space, struct str method)
{
    note(x, xmlTextWriterStartDocument(x->w, NULL, "UTF-8", NULL));
    begin(x, "soap:Envelope");
    attribute(x, "soap:encodingStyle", "http://schemas.xmlsoap.org/soap/encoding/");
    if (x->is_map)
        attribute(x, "xmlns:apachens", "http://xml.apache.org/xml-soap");
    attribute(x, "xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/");
    attribute(x, "xmlns:soapenc", "http://schemas.xmlsoap.org/soap/encoding/");
    attribute(x, "xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
    attribute(x, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
    begin(x, "soap:Body");
    begin(x, arena_cstr(&x->mem, method));
    attribute(x, "xmlns", arena_cstr(&x->mem, space));
    begin(x, "c-gensym3");
    if (x->is_map)
        attribute(x, "xsi:type", "apachens:Map");
    add_fields(x, call);
    note(x, xmlTextWriterEndDocument(x->w));
}

static int write_body(void *context, const char *bytes, int len)
{
    buf_add(context, str_of(bytes, (size_t)len));
    return len;
}

static int close_body(void *context)
{
    (void)context;
    return 0;
}

static enum etl_status soap_encode(const struct wire_call *call, struct request *out, struct err *err)
{
    AUTO(buf_release) struct buf method;
    struct soap_writer           x = { .is_map = needs_map(call) };
    xmlOutputBufferPtr           body = xmlOutputBufferCreateIO(write_body, close_body, &out->body, NULL);
    struct str                   space;

    x.w = body != NULL ? xmlNewTextWriter(body) : NULL;
    if (x.w == NULL)
        memory_exhausted("libxml2", 0);
    arena_init(&x.mem, 4UL * LARGEST_VALUE, "a request in SOAP");
    buf_init(&method, out->url.max, "a command's name");
    command_wire_name(call->command, call->values, &method);
    space = space_of(call, &x.mem);
    add_envelope(&x, call, space, buf_str(&method));
    xmlFreeTextWriter(x.w); /* flushes */
    buf_lit(&out->headers, "Content-Type: text/xml; charset=utf-8\nAccept: text/xml\n");
    buf_fmt(&out->headers, "SOAPAction: \"%.*s#%.*s\"\n", STR_ARG(space), STR_ARG(buf_str(&method)));
    arena_release(&x.mem);
    return x.failed ? err_set(err, ETL_REJECT, "soap", "a value cannot be written as XML") : ETL_OK;
}

/* ---- the way back ---- */

/* SOAP 1.1 does not define SOAPAction's text. SOAP::Lite sends "space#method" in quotes; if the header is there, it must name the method. */
static bool action_fits(struct str headers, struct str method, struct arena *mem)
{
    struct str action = wire_header(headers, "SOAPAction");

    return action.len < 2 || str_ends(action, arena_fmt(mem, "#%.*s\"", STR_ARG(method)));
}

/* One argument, a hash: its members are the fields. */
static enum etl_status soap_decode(const struct wire_received *in, struct arena *mem, struct wire_decoded *out,
                                   struct err *err)
{
    const struct tree *document, *method;
    enum etl_status    st = tree_from_xml(in->body, TREE_XML_SOAP, STR_NONE, mem, &document, err);

    if (st != ETL_OK)
        return st;
    method = tree_child(tree_child(document, "Envelope"), "Body");
    if (method == NULL || method->first == NULL || method->first->next != NULL)
        return err_set(err, ETL_REJECT, "soap-body", "this is no SOAP envelope with one call in its body");
    method = method->first;
    out->word = method->name;
    if (!action_fits(in->headers, method->name, mem))
        return err_set(err, ETL_REJECT, "soap-action", "SOAPAction does not name the method %s",
                       shown(method->name, false).text);
    if (method->first == NULL || method->first->next != NULL)
        return err_set(err, ETL_REJECT, "soap-argument", "the call must have one argument, a hash");
    return tree_fields(method->first, mem, out, err);
}

const struct wire_style wire_soap = {
    .name = "soap",
    .summary = "SOAP 1.1, as SOAP::Lite sends it",
    .content_type = "text/xml",
    .has_arrays = true,
    .own = { soap_keys, sizeof(struct soap_own) },
    .empty_list = "soapenc:arrayType=\"xsd:anyType[0]\" xsi:type=\"soapenc:Array\"",
    .encode = soap_encode,
    .decode = soap_decode,
};
