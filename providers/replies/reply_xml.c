/* providers/replies/reply_xml.c - answers in XML, by libxml2's push parser: one record an element of the command's name, at any depth.
 *
 * The answer is repaired (repair.h) and parsed inside a root element of ours, so that several roots are no fault. DOCTYPE is refused: an answer
 * needs no entities, and an HTML page is no data. XML_PARSE_RECOVER is not used, since it drops text without saying so. */
#include <libxml/parser.h>
#include <stdarg.h>

#include "etl/core/limits.h"
#include "providers/redact/repair.h"
#include "providers/replies/reply_writer.h"
#include "providers/replies/rows.h"

enum { DEPTH_MAX = 64, FIRST_BYTES = 4096, PIECE = 1 << 20 };

struct xml_reply {
    struct rows       *rows;
    struct str         element;         /* the record's */
    struct arena       mem;             /* one record */
    struct str         path[DEPTH_MAX]; /* element names inside the record */
    bool               has_child[DEPTH_MAX];
    size_t             depth;   /* of the record's own element: 1 */
    size_t             outside; /* open elements around the record */
    size_t             roots;
    bool               in_record, root_is_record;
    struct buf         text;
    struct reply_field fields[REPLY_ROW_FIELDS_MAX];
    size_t             field_count;
    char               error[200];
    enum etl_status    status; /* of the sink */
    struct err         sink_err;
    /* the bytes before the parser */
    struct repair    repair;
    struct buf       first, mended; /* first: bytes kept until the document's beginning is recognised */
    xmlParserCtxtPtr parser;        /* NULL until then */
};

static void note(struct xml_reply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(struct xml_reply *r, const char *fmt, ...)
{
    va_list args;

    if (r->error[0] != '\0')
        return;
    va_start(args, fmt);
    vsnprintf(r->error, sizeof r->error, fmt, args);
    va_end(args);
}

/* The name without what repair.h put before it. */
static struct str own_name(const xmlChar *name)
{
    struct str s = str_from((const char *)name);

    return s.len > 1 && s.ptr[0] == '_' && s.ptr[1] >= '0' && s.ptr[1] <= '9' ? str_skip(s, 1) : s;
}

static void start(void *context, const xmlChar *name, const xmlChar **attributes)
{
    struct xml_reply *r = context;

    (void)attributes;
    if (!r->in_record) {
        if (r->outside == 1) /* only our own root is open, so this is a root of the document */
            r->roots++;
        if (r->outside == 0 || !str_eq(r->element, own_name(name))) {
            r->outside++;
            return;
        }
        r->root_is_record = r->root_is_record || r->outside == 1;
        r->in_record = true;
        r->depth = 0;
        r->field_count = 0;
    }
    if (r->depth > 0 && r->depth <= DEPTH_MAX)
        r->has_child[r->depth - 1] = true;
    if (r->depth < DEPTH_MAX) {
        r->path[r->depth] = arena_str(&r->mem, own_name(name));
        r->has_child[r->depth] = false;
    } else {
        note(r, "elements nested deeper than %d", DEPTH_MAX);
    }
    r->depth++;
    buf_reset(&r->text);
}

/* `outer.inner`, as the fields are named. */
static struct str field_name(struct xml_reply *r)
{
    size_t len = 0, at = 0;
    char  *name;

    for (size_t i = 1; i < r->depth && i < DEPTH_MAX; i++)
        len += r->path[i].len + 1;
    name = arena_bytes(&r->mem, len + 1);
    for (size_t i = 1; i < r->depth && i < DEPTH_MAX; i++) {
        if (i > 1)
            name[at++] = '.';
        memcpy(name + at, r->path[i].ptr, r->path[i].len);
        at += r->path[i].len;
    }
    return str_of(name, at);
}

/* Values of a repeated field are joined by "; ". */
static void add_field(struct xml_reply *r, struct str value)
{
    struct str key = field_name(r);

    for (size_t i = 0; i < r->field_count; i++)
        if (str_eq(r->fields[i].name, key)) {
            r->fields[i].value = arena_fmt(&r->mem, "%.*s; %.*s", STR_ARG(r->fields[i].value), STR_ARG(value));
            return;
        }
    if (r->field_count == REPLY_ROW_FIELDS_MAX)
        note(r, "a record has more than %d fields", REPLY_ROW_FIELDS_MAX);
    else
        r->fields[r->field_count++] = (struct reply_field){ key, arena_str(&r->mem, value) };
}

static void end(void *context, const xmlChar *name)
{
    struct xml_reply *r = context;

    (void)name;
    if (!r->in_record) {
        r->outside--;
        return;
    }
    if (r->depth > 1 && r->depth <= DEPTH_MAX && !r->has_child[r->depth - 1])
        add_field(r, str_trim(buf_str(&r->text)));
    if (buf_failed(&r->text))
        note(r, "an element's text is longer than %d bytes", REPLY_ROW_BYTES_MAX);
    buf_reset(&r->text);
    if (--r->depth != 0)
        return;
    r->in_record = false;
    if (r->status == ETL_OK && r->error[0] == '\0')
        r->status = rows_emit(r->rows, r->fields, r->field_count, &r->sink_err);
    arena_reset(&r->mem);
}

static void characters(void *context, const xmlChar *bytes, int len)
{
    struct xml_reply *r = context;

    if (r->in_record)
        buf_add(&r->text, str_of((const char *)bytes, (size_t)len));
}

static void note_error(void *context, const char *fmt, ...)
{
    struct xml_reply *r = context;
    va_list           args;

    if (r->error[0] != '\0')
        return;
    va_start(args, fmt);
    vsnprintf(r->error, sizeof r->error, fmt, args);
    va_end(args);
    r->error[strcspn(r->error, "\n")] = '\0';
}

static const xmlSAXHandler handler = { .startElement = start,
                                       .endElement = end,
                                       .characters = characters,
                                       .cdataBlock = characters,
                                       .error = note_error,
                                       .fatalError = note_error };

static void *xml_begin(struct rows *rows)
{
    struct xml_reply *r = calloc(1, sizeof *r);

    if (r == NULL)
        memory_exhausted("a reply in XML", sizeof *r);
    r->rows = rows;
    r->element = rows_command(rows)->record;
    r->repair.xml = true;
    arena_init(&r->mem, 4 * REPLY_ROW_BYTES_MAX, "a record of a reply");
    buf_init(&r->text, REPLY_ROW_BYTES_MAX, "an element's text");
    buf_init(&r->first, FIRST_BYTES + PIECE, "a reply's first bytes");
    buf_init(&r->mended, 8 * PIECE, "a piece of a reply");
    return r;
}

static enum etl_status result(struct xml_reply *r, struct err *err)
{
    if (r->status != ETL_OK) {
        *err = r->sink_err;
        return r->status;
    }
    return r->error[0] == '\0' ? ETL_OK : err_set(err, ETL_REJECT, "xml", "the XML is broken: %s", r->error);
}

static void parse(struct xml_reply *r, struct str bytes)
{
    if (r->error[0] == '\0' && r->status == ETL_OK && bytes.len != 0 &&
        xmlParseChunk(r->parser, bytes.ptr, (int)bytes.len, 0) != 0)
        note(r, "it is not well-formed");
}

/* Enough was read to see an XML declaration. It is dropped, since it may not stand inside our root. */
static void open_parser(struct xml_reply *r)
{
    struct str body = buf_str(&r->first), head, rest;

    while (body.len != 0 && ((unsigned char)body.ptr[0] <= ' '))
        body = str_skip(body, 1);
    if (str_starts(body, STR("\xef\xbb\xbf")))
        body = str_trim(str_skip(body, 3));
    if (str_contains_nocase(str_head(body, FIRST_BYTES), STR("<!doctype")))
        note(r, "a document with a DOCTYPE is not read (an HTML page?)");
    if (str_starts(body, STR("<?xml"))) {
        rest = str_cut(body, '>', &head);
        if (rest.ptr != NULL)
            body = rest;
    }
    r->parser = xmlCreatePushParserCtxt((xmlSAXHandlerPtr)(uintptr_t)&handler, r, NULL, 0, NULL);
    if (r->parser == NULL)
        memory_exhausted("libxml2", 0);
    xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_HUGE);
    parse(r, STR("<subferry-root>"));
    parse(r, body);
    buf_release(&r->first);
}

static enum etl_status feed(struct xml_reply *r, struct str bytes, bool last, struct err *err)
{
    uint64_t before = r->repair.count;

    buf_reset(&r->mended);
    repair_add(&r->repair, bytes, last, &r->mended);
    for (; before < r->repair.count; before++)
        rows_repaired(r->rows);
    if (r->parser == NULL) {
        buf_add(&r->first, buf_str(&r->mended));
        if (r->first.len >= FIRST_BYTES || last)
            open_parser(r);
    } else {
        parse(r, buf_str(&r->mended));
    }
    return result(r, err);
}

static enum etl_status xml_feed(void *parser, struct str bytes, struct err *err)
{
    enum etl_status st = ETL_OK;

    while (bytes.len != 0 && st == ETL_OK) {
        st = feed(parser, str_head(bytes, PIECE), false, err);
        bytes = str_skip(bytes, bytes.len < PIECE ? bytes.len : PIECE);
    }
    return st;
}

/* The document is proved whole if it has one root which is not itself a record: that root was closed. */
static enum etl_status xml_end(void *parser, bool *proven, struct err *err)
{
    struct xml_reply *r = parser;
    enum etl_status   st = feed(r, STR(""), true, err);

    if (st == ETL_OK && (r->in_record || r->outside != 1))
        note(r, "it is cut off: <%.*s> is not closed", STR_ARG(r->in_record ? r->element : STR("the root")));
    if (st == ETL_OK && r->error[0] == '\0' && xmlParseChunk(r->parser, "</subferry-root>", 16, 1) != 0)
        note(r, "it is not well-formed");
    *proven = r->roots == 1 && !r->root_is_record;
    return result(r, err);
}

static void xml_release(void *parser)
{
    struct xml_reply *r = parser;

    if (r->parser != NULL)
        xmlFreeParserCtxt(r->parser);
    arena_release(&r->mem);
    buf_wipe(&r->text);
    buf_wipe(&r->first);
    buf_wipe(&r->mended);
    free(r);
}

static const struct row_parser xml_rows = { xml_begin, xml_feed, xml_end, xml_release };

const struct reply_style reply_xml = {
    .name = "xml",
    .summary = "elements of XML",
    .writer = &write_xml,
    .has_records = true,
    .form = REDACT_XML,
    .rows = &xml_rows,
};
