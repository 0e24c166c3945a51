/* providers/replies/tree_xml.c - XML as a tree, read as tolerantly as is safe. */
#include "providers/replies/tree_xml.h"

#include <libxml/parser.h>
#include <stdarg.h>

#include "etl/core/limits.h"
#include "etl/core/notation/base64.h"
#include "etl/core/utf8.h"
#include "providers/redact/repair.h"

enum { LARGEST = 256 << 20 };

/* Replaces a blank inside a repaired name: U+2040, which XML allows in names and real answers do not contain. */
#define NAME_BLANK "\xe2\x81\x80"

struct tree_element {
    struct tree          node; /* first, so that the tree handed out consists of these */
    struct str           type, id, href;
    bool                 nil, is_map, is_array;
    struct tree_element *with_id; /* list of the elements with an id */
};
struct xml_tree {
    struct arena        *mem;
    bool                 soap;
    struct str           mark;
    struct tree_element *open[REPLY_TREE_LEVELS_MAX + 2];
    size_t               depth;
    struct tree_element *ids;
    struct buf           text[REPLY_TREE_LEVELS_MAX + 2];
    char                 error[200];
};

/* ---- names ---- */

/* The name without its prefix and without what the repair put in. */
static struct str own_name(struct xml_tree *r, const xmlChar *name)
{
    struct str  s = str_from((const char *)name), head, tail = str_cut(s, ':', &head);
    const char *blank;
    char       *out;
    size_t      len = 0;

    if (tail.len != 0)
        s = tail;
    if (s.len > 1 && s.ptr[0] == '_' && s.ptr[1] >= '0' && s.ptr[1] <= '9')
        s = str_skip(s, 1);
    out = arena_bytes(r->mem, s.len + 1);
    while ((blank = memmem(s.ptr, s.len, NAME_BLANK, 3)) != NULL) {
        size_t before = (size_t)(blank - s.ptr);

        memcpy(out + len, s.ptr, before);
        len += before;
        out[len++] = ' ';
        s = str_skip(s, before + 3);
    }
    if (s.len != 0)
        memcpy(out + len, s.ptr, s.len);
    return str_of(out, len + s.len);
}

static struct tree_element *add_element(struct xml_tree *r, struct tree_element *parent, struct str name)
{
    struct tree_element *e = ARENA_NEW(r->mem, struct tree_element);

    e->node.name = name;
    if (parent->node.last != NULL)
        parent->node.last->next = &e->node;
    else
        parent->node.first = &e->node;
    parent->node.last = &e->node;
    return e;
}

/* ---- SOAP encoding ---- */

static bool type_is(struct str type, const char *word)
{
    struct str head, tail = str_cut(type, ':', &head);

    return str_starts(tail.len != 0 ? tail : head, str_from(word));
}

static void soap_attribute(struct xml_tree *r, struct tree_element *e, struct str name, struct str value)
{
    struct str head, tail = str_cut(name, ':', &head);

    if (str_is(tail, "type")) {
        e->type = value;
        e->is_map = type_is(value, "Map");
        e->is_array = type_is(value, "Array");
    } else if (str_is(tail, "arrayType")) {
        e->is_array = true;
    } else if (str_is(tail, "nil") || str_is(tail, "null")) {
        e->nil = str_is(value, "true") || str_is(value, "1");
    } else if (str_is(name, "id")) {
        e->id = value;
        e->with_id = r->ids;
        r->ids = e;
    } else if (str_is(name, "href") && value.len > 1) {
        e->href = str_skip(value, 1);
    }
}

/* SOAP::Lite sends text beyond ASCII as base64. If the bytes are not UTF-8, they are read as Latin-1. */
static struct str decoded(struct xml_tree *r, struct str s)
{
    AUTO(buf_release) struct buf plain, fixed = { 0 };
    struct repair                repair = { .xml = false };

    buf_init(&plain, s.len + 3, "a text in base64");
    base64_decode(&plain, s);
    s = arena_str(r->mem, buf_str(&plain));
    if (utf8_valid(s))
        return s;
    buf_init(&fixed, LARGEST, "a text in base64");
    repair_add(&repair, s, true, &fixed);
    return arena_str(r->mem, buf_str(&fixed));
}

static struct tree *child_named(const struct tree *node, const char *name)
{
    for (struct tree *c = node->first; c != NULL; c = c->next)
        if (str_is(c->name, name))
            return c;
    return NULL;
}

/* apachens:Map: items of key and value become children of those names. */
static void unfold_map(struct tree *node)
{
    for (struct tree *item = node->first; item != NULL; item = item->next) {
        struct tree *key = child_named(item, "key"), *value = child_named(item, "value");

        if (key == NULL)
            continue;
        item->name = key->text.ptr != NULL ? key->text : STR("");
        item->text = value != NULL ? value->text : STR_NONE;
        item->is_list = value != NULL && value->is_list;
        item->first = value != NULL ? value->first : NULL;
        item->last = value != NULL ? value->last : NULL;
        for (struct tree *c = item->is_list ? item->first : NULL; c != NULL; c = c->next)
            c->name = item->name;
    }
}

static void close_soap(struct xml_tree *r, struct tree_element *e)
{
    if (e->nil)
        e->node.text = STR_NONE;
    else if (e->node.text.ptr != NULL && type_is(e->type, "base64"))
        e->node.text = decoded(r, e->node.text);
    if (e->is_map)
        unfold_map(&e->node);
    if (e->is_array) {
        e->node.is_list = true;
        e->node.text = STR_NONE;
        for (struct tree *c = e->node.first; c != NULL; c = c->next)
            c->name = e->node.name;
    }
}

/* href="#x" stands for the element with id="x". An element that refers to another is not followed, so references cannot form a circle. */
static bool refers(const struct tree *node)
{
    if (((const struct tree_element *)node)->href.ptr != NULL)
        return true;
    for (const struct tree *c = node->first; c != NULL; c = c->next)
        if (refers(c))
            return true;
    return false;
}

static void resolve(struct xml_tree *r, struct tree *node)
{
    struct tree_element *e = (struct tree_element *)node;

    for (struct tree_element *t = e->href.ptr != NULL ? r->ids : NULL; t != NULL; t = t->with_id)
        if (str_eq(t->id, e->href) && !refers(&t->node)) {
            node->text = t->node.text;
            node->is_list = t->node.is_list;
            node->first = t->node.first;
            node->last = t->node.last;
            e->href = STR_NONE;
            return;
        }
    for (struct tree *c = node->first; c != NULL; c = c->next)
        resolve(r, c);
}

/* ---- libxml2's events ---- */

static struct str marked(struct xml_tree *r, struct str attribute)
{
    return r->mark.len != 0 ? arena_fmt(r->mem, "%.*s%.*s", STR_ARG(r->mark), STR_ARG(attribute)) : attribute;
}

static void start(void *context, const xmlChar *name, const xmlChar **attributes)
{
    struct xml_tree     *r = context;
    struct tree_element *e;

    if (r->depth > REPLY_TREE_LEVELS_MAX) {
        snprintf(r->error, sizeof r->error, "elements nested deeper than %d", REPLY_TREE_LEVELS_MAX);
        return;
    }
    e = add_element(r, r->open[r->depth], own_name(r, name));
    r->open[++r->depth] = e;
    buf_reset(&r->text[r->depth]);
    for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
        struct str key = str_from((const char *)attributes[0]);
        struct str value = arena_str(r->mem, str_from((const char *)attributes[1]));
        bool       meta = memchr(key.ptr, ':', key.len) != NULL || str_is(key, "xmlns");

        if (r->soap && (meta || str_is(key, "id") || str_is(key, "href")))
            soap_attribute(r, e, key, value);
        else if (!meta)
            add_element(r, e, marked(r, own_name(r, attributes[0])))->node.text = value;
    }
}

static bool is_blank(struct str s)
{
    return str_trim(s).len == 0;
}

static void end(void *context, const xmlChar *name)
{
    struct xml_tree     *r = context;
    struct tree_element *e;
    struct str           text;

    (void)name;
    if (r->error[0] != '\0' || r->depth == 0)
        return;
    e = r->open[r->depth];
    text = buf_str(&r->text[r->depth]);
    if (buf_failed(&r->text[r->depth]))
        snprintf(r->error, sizeof r->error, "an element's text is longer than %d bytes", LARGEST);
    if (e->node.first == NULL || !is_blank(text))
        e->node.text = arena_str(r->mem, text);
    if (r->soap)
        close_soap(r, e);
    r->depth--;
}

static void characters(void *context, const xmlChar *bytes, int len)
{
    struct xml_tree *r = context;

    if (r->depth != 0)
        buf_add(&r->text[r->depth], str_of((const char *)bytes, (size_t)len));
}

static void note_error(void *context, const char *fmt, ...)
{
    struct xml_tree *r = context;
    va_list          args;

    if (r->error[0] != '\0')
        return;
    va_start(args, fmt);
    vsnprintf(r->error, sizeof r->error, fmt, args);
    va_end(args);
    r->error[strcspn(r->error, "\n")] = '\0';
}

/* ---- attribute names with blanks ---- */

static bool name_byte(char c)
{
    return c != '\0' && strchr(" \t\r\n=\"'<>/", c) == NULL;
}

/* Inside a tag, after the element's name: words up to a `=`, with only blanks between them, are one attribute name. */
static size_t mend_attributes(struct str tag, struct buf *out)
{
    size_t i = 0;
    bool   in_name = false;

    while (i < tag.len && tag.ptr[i] != '>') {
        char   c = tag.ptr[i];
        size_t from = i;

        if (c == '"' || c == '\'') {
            const char *close = memchr(tag.ptr + i + 1, c, tag.len - i - 1);

            if (close == NULL)
                break;
            i = (size_t)(close - tag.ptr) + 1;
            in_name = false;
        } else if (name_byte(c)) {
            while (i < tag.len && name_byte(tag.ptr[i]))
                i++;
            in_name = true;
        } else if (c == ' ' && in_name) {
            while (i < tag.len && tag.ptr[i] == ' ')
                i++;
            if (i < tag.len && name_byte(tag.ptr[i])) {
                buf_lit(out, NAME_BLANK);
                continue;
            }
        } else {
            in_name = in_name && c != '=';
            i++;
        }
        buf_add(out, str_of(tag.ptr + from, i - from));
    }
    return i;
}

/* Comments, CDATA and the like are left as they are. */
static struct str skip_markup(struct str s, struct buf *out)
{
    const char *close = str_starts(s, STR("<!--")) ? "-->" : str_starts(s, STR("<![CDATA[")) ? "]]>" : ">";
    const char *at = memmem(s.ptr, s.len, close, strlen(close));
    size_t      len = at != NULL ? (size_t)(at - s.ptr) + strlen(close) : s.len;

    buf_add(out, str_head(s, len));
    return str_skip(s, len);
}

static void mend_tags(struct str s, struct buf *out)
{
    while (s.len != 0) {
        const char *open = memchr(s.ptr, '<', s.len);
        size_t      len = open != NULL ? (size_t)(open - s.ptr) : s.len;

        buf_add(out, str_head(s, len));
        s = str_skip(s, len);
        if (s.len > 1 && (s.ptr[1] == '!' || s.ptr[1] == '?')) {
            s = skip_markup(s, out);
        } else if (s.len != 0) {
            for (len = 1; len < s.len && (name_byte(s.ptr[len]) || (len == 1 && s.ptr[1] == '/')); len++)
                ;
            buf_add(out, str_head(s, len));
            s = str_skip(s, len);
            s = str_skip(s, mend_attributes(s, out));
        }
    }
}

/* ---- the whole ---- */

static void repaired(struct str body, struct buf *out)
{
    struct repair                repair = { .xml = true };
    AUTO(buf_release) struct buf tags;

    body = str_trim(body);
    if (str_starts(body, STR("\xef\xbb\xbf")))
        body = str_skip(body, 3);
    buf_init(&tags, LARGEST, "an answer in XML");
    mend_tags(body, &tags);
    repair_add(&repair, buf_str(&tags), true, out);
    out->failed = out->failed || buf_failed(&tags);
}

static bool parse(struct xml_tree *r, struct str text)
{
    xmlSAXHandler    sax = { .startElement = start,
                             .endElement = end,
                             .characters = characters,
                             .cdataBlock = characters,
                             .error = note_error,
                             .fatalError = note_error };
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
    bool             good;

    if (parser == NULL)
        memory_exhausted("libxml2", 0);
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
    good = xmlParseChunk(parser, "<subferry-root>", 15, 0) == 0 &&
           xmlParseChunk(parser, text.ptr, (int)text.len, 0) == 0 &&
           xmlParseChunk(parser, "</subferry-root>", 16, 1) == 0 && r->error[0] == '\0';
    xmlFreeParserCtxt(parser);
    return good;
}

enum etl_status tree_from_xml(struct str body, unsigned flags, struct str mark, struct arena *mem,
                              const struct tree **out, struct err *err)
{
    AUTO(buf_release) struct buf fixed = { 0 };
    struct xml_tree             *r = ARENA_NEW(mem, struct xml_tree);
    bool                         good;

    if (str_contains_nocase(str_head(body, 4096), STR("<!doctype")))
        return err_set(err, ETL_REJECT, "xml-doctype", "a document with a DOCTYPE is not read (an HTML page?)");
    r->mem = mem;
    r->mark = mark;
    r->soap = (flags & TREE_XML_SOAP) != 0;
    r->open[0] = ARENA_NEW(mem, struct tree_element);
    for (size_t i = 0; i < sizeof r->text / sizeof r->text[0]; i++)
        buf_init(&r->text[i], LARGEST, "an element's text");
    buf_init(&fixed, LARGEST, "an answer in XML");
    repaired(body, &fixed);
    good = !buf_failed(&fixed) && parse(r, buf_str(&fixed));
    for (size_t i = 0; i < sizeof r->text / sizeof r->text[0]; i++)
        buf_release(&r->text[i]);
    if (buf_failed(&fixed))
        return err_set(err, ETL_REJECT, "xml", "%s is longer than %d bytes", fixed.what, LARGEST);
    if (!good)
        return err_set(err, ETL_REJECT, "xml", "the XML is broken: %s",
                       r->error[0] != '\0' ? r->error : "it is not well-formed");
    if (r->soap)
        resolve(r, r->open[0]->node.first);
    *out = r->open[0]->node.first; /* our own root */
    return ETL_OK;
}
