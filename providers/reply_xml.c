/* providers/reply_xml.c - answers in XML, by libxml2's push parser: one record an element of the command's name, at any depth.
 *
 * What real servers send is fed inside a root of ours (several roots are fine), after bare `&`, control bytes and bytes that
 * are no UTF-8 were repaired. DOCTYPE is refused: entities are nobody's business here. XML_PARSE_RECOVER is not used, since
 * it loses text silently. */
#include "providers/reply.h"

#include <libxml/parser.h>
#include <stdarg.h>

#include "etl/base/utf8.h"

enum { FIELDS_MAX = 256, DEPTH_MAX = 64, LARGEST = 256 << 20 };

struct reading {
    const struct command *command;
    struct arena         *mem;
    struct str            path[DEPTH_MAX];   /* element names inside the record */
    bool                  has_child[DEPTH_MAX];
    size_t                depth;             /* of the record's own element: 1 */
    bool                  in_record;
    struct buf            text;
    struct reply_field    fields[FIELDS_MAX];
    size_t                field_count;
    struct reply_record  *records;
    size_t                record_count, cap;
    char                  error[200];
};

static struct str name_of(struct reading *r, const xmlChar *name)
{
    return arena_str(r->mem, str_from((const char *)name));
}

static void start(void *context, const xmlChar *name, const xmlChar **attributes)
{
    struct reading *r = context;

    (void)attributes;
    if (!r->in_record) {
        if (!str_is(r->command->record, (const char *)name))
            return;
        r->in_record = true;
        r->depth = 0;
        r->field_count = 0;
    }
    if (r->depth > 0 && r->depth <= DEPTH_MAX)
        r->has_child[r->depth - 1] = true;
    if (r->depth < DEPTH_MAX) {
        r->path[r->depth] = name_of(r, name);
        r->has_child[r->depth] = false;
    } else {
        snprintf(r->error, sizeof r->error, "elements nested deeper than %d", DEPTH_MAX);
    }
    r->depth++;
    buf_reset(&r->text);
}

/* `outer.inner`; repeated ones are joined by "; ". */
static void add_field(struct reading *r, struct str value)
{
    struct buf          name;
    struct str          key;

    buf_init(&name, 1 << 16, "a field's name");
    for (size_t i = 1; i < r->depth && i < DEPTH_MAX; i++) {
        if (i > 1)
            buf_byte(&name, '.');
        buf_add(&name, r->path[i]);
    }
    key = arena_str(r->mem, buf_str(&name));
    buf_release(&name);
    for (size_t i = 0; i < r->field_count; i++)
        if (str_eq(r->fields[i].name, key)) {
            r->fields[i].value = arena_fmt(r->mem, "%.*s; %.*s", STR_ARG(r->fields[i].value), STR_ARG(value));
            return;
        }
    if (r->field_count == FIELDS_MAX)
        snprintf(r->error, sizeof r->error, "a record has more than %d fields", FIELDS_MAX);
    else
        r->fields[r->field_count++] = (struct reply_field){ key, arena_str(r->mem, value) };
}

static void end(void *context, const xmlChar *name)
{
    struct reading *r = context;

    (void)name;
    if (!r->in_record)
        return;
    if (r->depth > 1 && r->depth <= DEPTH_MAX && !r->has_child[r->depth - 1])
        add_field(r, str_trim(buf_str(&r->text)));
    buf_reset(&r->text);
    r->depth--;
    if (r->depth != 0)
        return;
    struct reply_field *fields = ARENA_ARRAY(r->mem, struct reply_field, r->field_count + 1);

    memcpy(fields, r->fields, r->field_count * sizeof *fields);
    ARENA_PUSH(r->mem, r->records, r->record_count, r->cap) = (struct reply_record){ fields, r->field_count };
    r->in_record = false;
}

static void characters(void *context, const xmlChar *bytes, int len)
{
    struct reading *r = context;

    if (r->in_record)
        buf_add(&r->text, str_of((const char *)bytes, (size_t)len));
}

static void note_error(void *context, const char *fmt, ...)
{
    struct reading *r = context;
    va_list         args;

    if (r->error[0] != '\0')
        return;
    va_start(args, fmt);
    vsnprintf(r->error, sizeof r->error, fmt, args);
    va_end(args);
    r->error[strcspn(r->error, "\n")] = '\0';
}

/* A `&` that begins no entity or character reference is text. */
static bool begins_reference(struct str rest)
{
    size_t i = 1;

    while (i < rest.len && i < 12 && rest.ptr[i] != ';' && rest.ptr[i] != '&' && rest.ptr[i] != '<' && rest.ptr[i] != ' ')
        i++;
    if (i >= rest.len || rest.ptr[i] != ';' || i == 1)
        return false;
    struct str name = str_of(rest.ptr + 1, i - 1);

    return name.ptr[0] == '#' || str_is(name, "amp") || str_is(name, "lt") || str_is(name, "gt") || str_is(name, "quot") ||
           str_is(name, "apos");
}

static void repair(struct str body, struct buf *out)
{
    while (body.len != 0) {
        struct str    before = body;
        uint32_t      c = utf8_next(&body);
        size_t        len = before.len - body.len;
        unsigned char byte = (unsigned char)before.ptr[0];

        if (c == 0xfffd && len == 1)
            utf8_add(out, byte);                 /* latin-1, the likeliest of what is no UTF-8 */
        else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            buf_byte(out, ' ');
        else if (c == '&' && !begins_reference(before))
            buf_lit(out, "&amp;");
        else
            buf_add(out, str_head(before, len));
    }
}

/* An XML declaration may stand only at the very beginning: inside our root it goes. */
static struct str without_declaration(struct str body)
{
    body = str_trim(body);
    if (str_starts(body, STR("\xef\xbb\xbf")))
        body = str_trim(str_skip(body, 3));
    if (str_starts(body, STR("<?xml"))) {
        struct str head, rest = str_cut(body, '>', &head);

        if (rest.ptr != NULL)
            return rest;
    }
    return body;
}

static enum etl_status xml_records(const struct command *command, struct str body, struct arena *call_mem,
                                   const struct reply_record **out, size_t *count, struct err *err)
{
    xmlSAXHandler    sax = { .startElement = start, .endElement = end, .characters = characters, .cdataBlock = characters,
                             .error = note_error, .fatalError = note_error };
    struct reading  *r = ARENA_NEW(call_mem, struct reading);
    struct buf       fixed;
    xmlParserCtxtPtr parser;
    bool             good;

    if (str_contains_nocase(str_head(body, 4096), STR("<!doctype")))
        return err_set(err, ETL_REJECT, "xml-doctype", "a document with a DOCTYPE is not read (an HTML page?)");
    r->command = command;
    r->mem = call_mem;
    buf_init(&r->text, LARGEST, "an element's text");
    buf_init(&fixed, LARGEST, "an answer in XML");
    repair(without_declaration(body), &fixed);
    parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
    if (parser == NULL)
        memory_exhausted("libxml2", 0);
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
    good = xmlParseChunk(parser, "<subferry-root>", 15, 0) == 0 &&
           xmlParseChunk(parser, fixed.ptr != NULL ? fixed.ptr : "", (int)fixed.len, 0) == 0 &&
           xmlParseChunk(parser, "</subferry-root>", 16, 1) == 0 && r->error[0] == '\0' && !buf_failed(&fixed);
    xmlFreeParserCtxt(parser);
    buf_release(&r->text);
    buf_release(&fixed);
    if (!good)
        return err_set(err, ETL_REJECT, "xml", "the XML is broken: %s", r->error[0] != '\0' ? r->error : "it is not well-formed");
    *out = r->records;
    *count = r->record_count;
    return ETL_OK;
}

const struct reply_style reply_xml = {
    .name = "xml",
    .summary = "elements of XML",
    .records = xml_records,
};
